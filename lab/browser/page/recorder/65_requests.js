/* ---- Requests: those that clients make of their endpoints, as far as the browser tells a page of them ----
 *
 * XMLHttpRequest, EventSource and WebSocket are watched while they happen. Of scripts, frames and fetch the browser
 * says when they are over, and nothing where they were given up before. Of forms only WebKit says as much, and of what
 * happens inside of SockJS's own iframe, no browser says anything. */

var FRAME_PAGE = /^iframe[0-9a-z.\-_]*\.html$/;
var POSTED = /\/(xhr|xhr_streaming|xhr_send|jsonp_send)(\?|$)/; // Resource Timing does not tell the method.
var TIMED = { script: 1, iframe: 1, fetch: 1 };   // initiators that only Resource Timing tells of

var endpoints = new Map();         // path of an endpoint -> {waiting: clients that will ask for /info, last: name}
var attemptsAt = new Map();        // path of an attempt, down to its session -> name of its connection
var framed = null;                 // the connection whose attempt last made an iframe
var asks = 0;

function pathOf(url) {
  try {
    return new URL(url, document.baseURI).pathname.replace(/\/+$/, "");
  } catch (error) {
    return "";
  }
}

watchers.push(function (event) {
  var data = event.data, name = data.connection;
  if (event.kind === "client.new") {
    var path = pathOf(data.url), known = endpoints.get(path) || { waiting: [] };
    known.waiting.push(known.last = name);
    endpoints.set(path, known);
  } else if (event.kind === "attempt.start") {
    attemptsAt.set(pathOf(data.url), name);
    if (data.transport.indexOf("iframe-") === 0) framed = name;
  }
});

/** The name of the connection that asks for this URL now; null where it is none of an endpoint's. */
function askerOf(url) {
  var path = pathOf(url), cut = path.lastIndexOf("/"), above = path.slice(0, cut), leaf = path.slice(cut + 1);
  var asker = attemptsAt.get(above) || attemptsAt.get(path); // A raw websocket has no session above it.
  var known = endpoints.get(above);
  if (asker || !known) return asker || null;
  if (leaf === "info") return known.waiting.shift() || known.last;
  return FRAME_PAGE.test(leaf) ? framed || known.last : null;
}

/** One request, told of when it begins. `bytes` and `why` are null where the browser does not say. */
function Ask(connection, initiator, method, url) {
  this.connection = connection;
  this.initiator = initiator;
  this.method = String(method).toUpperCase();
  this.url = new URL(url, document.baseURI).href.split("#")[0];
  this.number = 0;
  this.text = "";        // what had come of the answer when the browser last told of it
  this.over = undefined; // when the whole answer had come
  this.answered = this.ended = this.left = false;
}

Ask.prototype.begin = function (t) {
  this.number = asks += 1;
  emit("request", {
    connection: this.connection, request: this.number, method: this.method, url: this.url, initiator: this.initiator
  }, t);
};

Ask.prototype.answer = function (status, t) {
  if (this.answered || this.ended) return;
  this.answered = true;
  emit("response", { connection: this.connection, request: this.number, status: status }, t);
};

Ask.prototype.end = function (why, bytes, t) {
  if (this.ended) return;
  this.ended = true;
  this.text = "";
  emit("response.end", { connection: this.connection, request: this.number, bytes: bytes, why: why }, t);
};

/* XMLHttpRequest: listened to from open() on, so before the client, which may abort() from within its own handler. */

var HOW = { load: "done", abort: "aborted", error: "error", timeout: "timeout" };
var askOf = new WeakMap();         // XMLHttpRequest, EventSource or WebSocket -> its Ask

Ask.prototype.handleEvent = function (event) {
  var xhr = event.currentTarget;
  if (askOf.get(xhr) !== this || !this.number) return;
  if (event.type === "readystatechange") {
    this.look(xhr);
  } else {
    this.end(HOW[event.type], event.type === "load" ? event.loaded : bytesOf(this.text), this.over);
  }
};

Ask.prototype.look = function (xhr) {
  var state = xhr.readyState, status = xhr.status;
  if (state >= 2 && status) this.answer(status);
  if (state === 4 && status) this.over = now(); // The client reads it now, and "load" comes when it has.
  if (state !== 3 || (xhr.responseType !== "" && xhr.responseType !== "text")) return;
  var before = this.text;
  this.text = xhr.responseText;
  if (before || !this.text) return;
  var bytes = bytesOf(this.text);
  emit("response.data", { connection: this.connection, request: this.number, bytes: bytes, total: bytes });
};

function watchXhr(proto) {
  proto.open = new Proxy(proto.open, {
    apply: function (open, xhr, args) {
      Reflect.apply(open, xhr, args);
      askOf.delete(xhr);
      var asker = askerOf(args[1]);
      if (asker === null) return;
      var ask = new Ask(asker, "xmlhttprequest", args[0], args[1]);
      askOf.set(xhr, ask);
      xhr.addEventListener("readystatechange", ask);
      Object.keys(HOW).forEach(function (type) { xhr.addEventListener(type, ask); });
    }
  });
  proto.send = new Proxy(proto.send, {
    apply: function (send, xhr, args) {
      var ask = askOf.get(xhr);
      if (ask && !ask.number) ask.begin();
      return Reflect.apply(send, xhr, args);
    }
  });
}

if (window.XMLHttpRequest) watchXhr(XMLHttpRequest.prototype); // A persona may have taken it away.

/* EventSource and WebSocket. Their bytes are not told; what they bring are frames. */

/** Puts a constructor in place of window[name] whose objects `follow` sees, and watches their close(). */
function watchConstructor(name, follow, closed) {
  var Native = window[name];
  if (typeof Native !== "function") return;
  window[name] = new Proxy(Native, {
    construct: function (target, args, newTarget) {
      var asker = askerOf(args[0]), t = now();
      var made = Reflect.construct(target, args, newTarget);
      if (asker === null) return made;
      var ask = new Ask(asker, name.toLowerCase(), "GET", args[0]);
      askOf.set(made, ask);
      ask.begin(t);
      follow(made, ask);
      return made;
    }
  });
  Native.prototype.close = new Proxy(Native.prototype.close, {
    apply: function (close, made, args) {
      var ask = askOf.get(made);
      if (ask) closed(ask);
      return Reflect.apply(close, made, args);
    }
  });
}

watchConstructor("EventSource", function (source, ask) {
  source.addEventListener("open", function () { ask.answer(200); });
  // A whole answer and one that was cut are the same to it.
  source.addEventListener("error", function () { ask.end(ask.answered ? null : "error", null); });
}, function (ask) { ask.end("aborted", null); });

watchConstructor("WebSocket", function (socket, ask) {
  socket.addEventListener("open", function () { ask.answer(101); });
  socket.addEventListener("close", function (event) {
    if (ask.answered) emit("ws.close", { connection: ask.connection, request: ask.number, code: event.code });
    else ask.end(ask.left ? "aborted" : "error", null);
  });
}, function (ask) { ask.left = true; });

/* The rest, when it is over. An answer of another origin that does not allow it hides its times, status and size. */

function tellTimed(entry) {
  var asker = TIMED[entry.initiatorType] ? askerOf(entry.name) : null;
  if (asker === null) return;
  var open = entry.responseStart > 0, epoch = performance.timeOrigin;
  var ask = new Ask(asker, entry.initiatorType, POSTED.test(entry.name) ? "POST" : "GET", entry.name);
  ask.begin(epoch + entry.startTime);
  if (open) ask.answer(entry.responseStatus || null, epoch + entry.responseStart);
  ask.end(null, open ? entry.encodedBodySize : null, epoch + entry.responseEnd);
}

if (window.PerformanceObserver) {
  new PerformanceObserver(function (list) { list.getEntries().forEach(tellTimed); }).observe({ type: "resource" });
}
