/* ---- What the lab calls ---- */

function connection(name) {
  var sock = connections.get(name);
  if (!sock) throw new Error("there is no connection named " + name);
  return sock;
}

var SOURCE = /^\s*(async\s+)?function\b|=>/;

/** The library wants a number (of characters) or a function: given as its source, or as the text to return. */
function sessionIdOf(given) {
  if (typeof given !== "string") return given;
  if (SOURCE.test(given)) return (0, eval)("(" + given + ")");
  return function () { return given; };
}

/** Send `texts` one after another; `rate` is messages per second, without it as fast as it goes. */
function sendAll(name, texts, rate) {
  var sock = connection(name), n = 0, began = now();
  return new Promise(function (resolve, reject) {
    function go() {
      try {
        var due = rate ? Math.floor((now() - began) * rate / 1000) + 1 : texts.length;
        while (n < Math.min(due, texts.length)) {
          if (sock.readyState !== 1) return reject(new Error("the connection is not open after " + n + " messages"));
          sock.send(texts[n]);
          n += 1;
        }
      } catch (error) {
        return reject(error);
      }
      if (n === texts.length) return resolve(n);
      setTimer(go, Math.max(1, began + n * 1000 / rate - now()));
    }
    go();
  });
}

var kept = "";

var lab = {
  now: now,
  next: next,
  watch: function (watcher) { watchers.push(watcher); },

  /** Make a client. `options`: transports, server, sessionId, timeout, transportOptions, as sockjs-client has them. */
  connect: function (wanted) {
    if (wanted.raw) return connectRaw(wanted.connection, wanted.url);
    if (!library) throw new Error("sockjs-client did not load");
    var options = Object.assign({}, wanted.options);
    if ("sessionId" in options) options.sessionId = sessionIdOf(options.sessionId);
    // What 0.3 calls them; later releases only warn of the name.
    if (options.transports && familyOf(library) === instrument03) {
      options.protocols_whitelist = [].concat(options.transports);
    }
    nextName = wanted.connection;
    try {
      new library(wanted.url, null, options); // The recorder keeps it, by its name.
    } finally {
      nextName = null;
    }
  },
  /** Long arguments come in parts: keep one, the first of them or a further one; then take all of them. */
  keep: function (part, first) { kept = first ? part : kept + part; },
  kept: function () {
    var all = kept;
    kept = "";
    return all;
  },
  send: function (name, text) { connection(name).send(text); },
  sendAll: sendAll,
  close: function (name, code, reason) { connection(name).close(code, reason); },

  /** Define a global function onmessage, as a page may have one, and say what it is called with. */
  watchMessages: function () {
    window.onmessage = function (event) {
      emit("page.message", { origin: String(event.origin), text: String(event.data).slice(0, TEXT_LIMIT) });
    };
  }
};

Object.defineProperty(window, "__sockjsLab", { value: lab });
if (!("lab" in window)) window.lab = lab;
