/* ---- Where the library comes from: a global, an AMD module, or a bundle that keeps it to itself ---- */

var known = new WeakSet();         // prototypes that are instrumented
var instead = new WeakMap();       // constructor -> what stands for it
var library;

function familyOf(value) {
  var proto = typeof value === "function" && value.prototype;
  if (!proto) return null;
  if (typeof proto._connect === "function" && typeof proto._receiveInfo === "function") return instrument1;
  if (typeof proto._try_next_protocol === "function" && typeof proto._didMessage === "function") return instrument03;
  return null;
}

function instrument(SockJS) {
  if (known.has(SockJS.prototype)) return;
  known.add(SockJS.prototype);
  familyOf(SockJS)(SockJS);
}

function announce(notes, url, options, version) {
  emit("client.new", { connection: notes.name, url: String(url), options: plain(options) || {}, version: version });
}

/** What stands for the library's constructor: it sees every client that is made, and those that cannot be. */
function standIn(SockJS) {
  if (!familyOf(SockJS)) return SockJS;
  if (instead.has(SockJS)) return instead.get(SockJS);
  instrument(SockJS);

  function construct(target, args, newTarget) {
    var notes = newNotes();
    announce(notes, args[0], args[2], target.version || null);
    making = notes;
    var sock;
    try {
      sock = Reflect.construct(target, args, newTarget);
    } catch (error) {
      emit("page.error", { text: String(error), source: "new SockJS", line: 0 });
      throw error;
    } finally {
      making = null;
    }
    follow(sock, notes);
    emit("info.start", { connection: notes.name });
    begin();
    return sock;
  }

  var proxy = new Proxy(SockJS, {
    construct: construct,
    apply: function (target, self, args) { return construct(target, args, target); }
  });
  instead.set(SockJS, proxy);
  instead.set(proxy, proxy);
  return proxy;
}

Object.defineProperty(window, "SockJS", {
  configurable: true,
  enumerable: true,
  get: function () { return library; },
  set: function (value) { library = standIn(value); }
});

/* AMD: what a module's factory returns. */

var define;

function watchDefine(value) {
  if (typeof value !== "function") return value;
  return new Proxy(value, {
    apply: function (target, self, args) {
      var last = args.length - 1, factory = args[last];
      if (typeof factory === "function") {
        var wrapped = function () {
          var module = factory.apply(this, arguments);
          return familyOf(module) ? (library = standIn(module)) : module;
        };
        // A loader reads a factory's length, and its text for the names that it requires.
        Object.defineProperty(wrapped, "length", { value: factory.length });
        wrapped.toString = function () { return factory.toString(); };
        args = Array.prototype.slice.call(args);
        args[last] = wrapped;
      }
      return Reflect.apply(target, self, args);
    }
  });
}

Object.defineProperty(window, "define", {
  configurable: true,
  enumerable: false,
  get: function () { return define; },
  set: function (value) { define = watchDefine(value); }
});

/* A bundle: the constructor of 1.x assigns _transportsWhitelist early and _ir last, to an object that inherits
 * from Object.prototype. So a setter there sees every client, wherever its library is. */

var making = null;                 // the notes of a client that standIn() makes, and that needs no more

function own(object, name, value) {
  Object.defineProperty(object, name, { value: value, configurable: true, enumerable: true, writable: true });
}

Object.defineProperty(Object.prototype, "_transportsWhitelist", {
  configurable: true,
  enumerable: false,
  get: function () { return undefined; },
  set: function (whitelist) {
    own(this, "_transportsWhitelist", whitelist);
    var SockJS = this.constructor, sock = this;
    if (making !== null || !familyOf(SockJS)) return;
    instrument(SockJS);
    var notes = newNotes();
    Object.defineProperty(sock, "_ir", {
      configurable: true,
      enumerable: true,
      get: function () { return undefined; },
      set: function (receiver) {
        own(sock, "_ir", receiver);
        var options = { transports: whitelist, server: sock._server, timeout: sock._timeout || undefined };
        announce(notes, sock.url, options, SockJS.version || null);
        follow(sock, notes);
        emit("info.start", { connection: notes.name });
        begin();
      }
    });
  }
});
