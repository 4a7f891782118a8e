/* Records what sockjs-client does, from inside the page, without changing the library.
 *
 * Loaded before the library, it waits for the library to assign the global SockJS and then wraps some
 * methods of its prototype. The names are those of sockjs-client 1.0.3 to 1.6.1. What it records is
 * listed in docs/reference/events.md; all times are milliseconds since the epoch on the page's own clock.
 */
(function () {
  "use strict";

  var TEXT_LIMIT = 200;    // characters of a message that an event carries
  var TICK_MS = 10;        // how often lateness is looked at
  var LATE_MS = 20;        // from where on one late tick is an event of its own
  var HEAD_ROOM_MS = 250;  // how often the worst lateness is told
  var GATHER_MS = 20;      // how long events are gathered before the lab gets them: each answer costs time

  // Taken before anything in the page can replace them.
  var setTimer = window.setTimeout.bind(window);
  var clearTimer = window.clearTimeout.bind(window);

  function now() {
    return performance.timeOrigin + performance.now();
  }

  /* ---- The log, and the long poll that empties it ---- */

  var events = [];
  var watchers = [];
  var wake = null;

  function emit(kind, data, t) {
    var event = { t: t === undefined ? now() : t, kind: kind, data: data };
    events.push(event);
    if (wake) wake();
    watchers.forEach(function (watcher) { watcher(event); });
  }

  /** Promise of {events, cursor}: what came after `cursor`, at the latest after `waitMs`. */
  function next(cursor, waitMs) {
    return new Promise(function (resolve) {
      var timer;
      function answer() {
        wake = null;
        clearTimer(timer);
        resolve({ events: events.slice(cursor), cursor: events.length });
      }
      function gather() {
        wake = null;
        clearTimer(timer);
        timer = setTimer(answer, GATHER_MS);
      }
      if (waitMs <= 0) answer();
      else if (events.length > cursor) gather();
      else {
        wake = gather;
        timer = setTimer(answer, waitMs);
      }
    });
  }

  window.addEventListener("error", function (event) {
    emit("page.error", { text: String(event.message), source: event.filename || "", line: event.lineno || 0 });
  });
  window.addEventListener("unhandledrejection", function (event) {
    emit("page.error", { text: String(event.reason), source: "", line: 0 });
  });

  /* ---- How late timers fire, while a connection is undecided ---- */

  var undecided = 0;
  var worstLate = 0;
  var due = 0;
  var toldAt = 0;
  var ticker = null;

  function look() {
    var late = Math.max(0, now() - due);
    worstLate = Math.max(worstLate, late);
    return late;
  }

  function tick() {
    var late = look();
    if (late >= LATE_MS) emit("late", { late_ms: late });
    if (now() - toldAt >= HEAD_ROOM_MS) tellHeadRoom();
    due = now() + TICK_MS;
    ticker = setTimer(tick, TICK_MS);
  }

  function tellHeadRoom() {
    emit("head_room", { late_ms: worstLate });
    worstLate = 0;
    toldAt = now();
  }

  function begin() {
    undecided += 1;
    if (ticker === null) {
      worstLate = 0;
      toldAt = now();
      due = now() + TICK_MS;
      ticker = setTimer(tick, TICK_MS);
    }
  }

  function decide(notes) {
    if (notes.decided) return;
    notes.decided = true;
    undecided -= 1;
    look(); // A tick that is due now and will not come any more.
    tellHeadRoom();
    if (undecided === 0) {
      clearTimer(ticker);
      ticker = null;
    }
  }

  /* ---- Figures ---- */

  var encoder = new TextEncoder();

  function bytesOf(text) {
    return encoder.encode(text).length;
  }

  /** FNV-1a (32 bits) over the UTF-16 code units, eight hexadecimal digits. */
  function hashOf(text) {
    var hash = 0x811c9dc5;
    for (var i = 0; i < text.length; i += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    }
    return (hash >>> 0).toString(16).padStart(8, "0");
  }

  function describeMessage(notes, text, n) {
    return {
      connection: notes.name, text: text.slice(0, TEXT_LIMIT), bytes: bytesOf(text), hash: hashOf(text), n: n
    };
  }

  function plain(value) {
    // What JSON cannot hold (a function as session id) is left out.
    return value === undefined ? null : JSON.parse(JSON.stringify(value));
  }

  /* ---- The library ---- */

  var notesOf = new WeakMap();       // SockJS object -> what is known of it
  var watched = new WeakSet();       // transport classes that are already watched
  var connections = new Map();       // name -> SockJS object
  var nextName = null;               // the name that lab.connect gives to the object being made
  var made = 0;

  function transportOf(sock) {
    return sock._transport ? sock._transport.transportName : null;
  }

  /** The transport class with its constructor watched: that is where an attempt starts, with its URL. */
  function watchTransport(sock, notes, Transport) {
    var watching = new Proxy(Transport, {
      construct: function (target, args) {
        notes.attemptStart = now();
        emit("attempt.start", {
          connection: notes.name,
          transport: target.transportName,
          // The library's own formula; 5 s where the round-trip time is not known.
          budget_ms: Math.max(sock._timeout || 0, (sock._rto * target.roundTrips) || 5000),
          url: String(args[0])
        }, notes.attemptStart);
        return Reflect.construct(target, args);
      }
    });
    watched.add(watching);
    return watching;
  }

  function instrument(SockJS) {
    var proto = SockJS.prototype;

    function wrap(name, around) {
      var original = proto[name];
      if (typeof original !== "function") {
        emit("page.error", { text: "sockjs-client has no " + name + " to record", source: "recorder.js", line: 0 });
        return;
      }
      proto[name] = function () {
        var notes = notesOf.get(this);
        return notes ? around(this, notes, original, arguments) : original.apply(this, arguments);
      };
    }

    wrap("_receiveInfo", function (sock, notes, original, args) {
      var info = args[0], rtt = args[1];
      emit("info.end", {
        connection: notes.name,
        ok: Boolean(info),
        info: info ? plain(info) : null,
        rtt_ms: rtt === undefined ? null : rtt,
        rto_ms: info ? sock.countRTO(rtt) : null
      });
      return original.apply(sock, args);
    });

    wrap("_connect", function (sock, notes, original, args) {
      var Transport = sock._transports[0];
      if (Transport) {
        if (!watched.has(Transport)) sock._transports[0] = watchTransport(sock, notes, Transport);
        // _connect binds this very property into its timer: so each timer knows whose it is.
        var owner = Transport.transportName;
        sock._transportTimeout = function () { return timeOut(sock, notes, owner, this, arguments); };
      }
      return original.apply(sock, args);
    });

    function timeOut(sock, notes, owner, self, args) {
      var transport = transportOf(sock);
      if (sock.readyState === SockJS.CONNECTING && transport !== null) {
        emit("attempt.timeout", {
          connection: notes.name, transport: transport, timer_of: owner, age_ms: now() - notes.attemptStart
        });
      }
      notes.inTimeout = true; // It calls _transportClose itself, which is no second end of the attempt.
      try {
        return proto._transportTimeout.apply(self, args);
      } finally {
        notes.inTimeout = false;
      }
    }

    wrap("_transportClose", function (sock, notes, original, args) {
      var transport = transportOf(sock);
      if (sock.readyState === SockJS.CONNECTING && transport !== null && !notes.inTimeout) {
        emit("attempt.close", {
          connection: notes.name, transport: transport, code: args[0], reason: String(args[1])
        });
      }
      notes.inTimeout = false;
      return original.apply(sock, args);
    });

    wrap("_transportMessage", function (sock, notes, original, args) {
      var frame = String(args[0]);
      emit("frame.in", {
        connection: notes.name, transport: transportOf(sock), type: frame.charAt(0), bytes: bytesOf(frame)
      });
      return original.apply(sock, args);
    });

    wrap("_open", function (sock, notes, original, args) {
      if (sock.readyState === SockJS.CONNECTING) {
        // Before the application hears of it: what it sends from onopen comes after.
        var transport = transportOf(sock);
        emit("attempt.open", { connection: notes.name, transport: transport });
        emit("client.open", { connection: notes.name, transport: transport });
        decide(notes);
      }
      return original.apply(sock, args);
    });

    wrap("send", function (sock, notes, original, args) {
      if (sock.readyState === SockJS.OPEN) {
        emit("message.out", describeMessage(notes, String(args[0]), notes.sent));
        notes.sent += 1;
      }
      return original.apply(sock, args);
    });

    function construct(target, args, newTarget) {
      var notes = { name: nextName, sent: 0, received: 0, decided: false, inTimeout: false, attemptStart: 0 };
      if (notes.name === null) notes.name = made === 0 ? "main" : "connection" + (made + 1);
      nextName = null;
      made += 1;
      emit("client.new", {
        connection: notes.name, url: String(args[0]), options: plain(args[2]) || {}, version: target.version
      });
      var sock;
      try {
        sock = Reflect.construct(target, args, newTarget);
      } catch (error) {
        emit("page.error", { text: String(error), source: "new SockJS", line: 0 });
        throw error;
      }
      notesOf.set(sock, notes);
      connections.set(notes.name, sock);
      emit("info.start", { connection: notes.name });
      begin();
      sock.addEventListener("message", function (event) {
        emit("message.in", describeMessage(notes, String(event.data), notes.received));
        notes.received += 1;
      });
      sock.addEventListener("close", function (event) {
        emit("client.close", {
          connection: notes.name, code: event.code, reason: String(event.reason), was_clean: Boolean(event.wasClean)
        });
        decide(notes);
      });
      return sock;
    }

    return new Proxy(SockJS, {
      construct: construct,
      apply: function (target, self, args) { return construct(target, args, target); }
    });
  }

  var library;
  Object.defineProperty(window, "SockJS", {
    configurable: true,
    enumerable: true,
    get: function () { return library; },
    set: function (value) {
      library = typeof value === "function" && value.prototype && value.prototype._connect ? instrument(value) : value;
    }
  });

  /* ---- What the lab calls ---- */

  function connection(name) {
    var sock = connections.get(name);
    if (!sock) throw new Error("there is no connection named " + name);
    return sock;
  }

  window.lab = {
    now: now,
    next: next,
    watch: function (watcher) { watchers.push(watcher); },

    /** Make a client. `options`: transports, server, sessionId, timeout, as sockjs-client has them. */
    connect: function (wanted) {
      if (!library) throw new Error("sockjs-client did not load");
      var options = Object.assign({}, wanted.options);
      if (typeof options.sessionId === "string") {
        // The library wants a number (of characters) or a function.
        var session = options.sessionId;
        options.sessionId = function () { return session; };
      }
      nextName = wanted.connection;
      try {
        new library(wanted.url, null, options); // The recorder keeps it, by its name.
      } finally {
        nextName = null;
      }
    },
    send: function (name, text) { connection(name).send(text); },
    close: function (name, code, reason) { connection(name).close(code, reason); }
  };
})();
