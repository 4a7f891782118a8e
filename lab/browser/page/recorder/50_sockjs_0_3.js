/* ---- sockjs-client 0.3: other names, transports as properties of the constructor, a timer that is cleared ---- */

function instrument03(SockJS) {
  var proto = SockJS.prototype;

  wrapOn(proto, "_applyInfo", function (sock, notes, original, args) {
    var info = plain(args[0]); // Before the client adds to it.
    var answer = original.apply(sock, args);
    emit("info.end", { connection: notes.name, ok: true, info: info, rtt_ms: args[1], rto_ms: sock._options.rto });
    notes.informed = true;
    return answer;
  });

  wrapOn(proto, "_didClose", function (sock, notes, original, args) {
    var code = args[0];
    if (args[2] && !notes.informed) { // It is forced where there is no usable answer to /info.
      emit("info.end", { connection: notes.name, ok: false, info: null, rtt_ms: null, rto_ms: null });
    }
    // A timer that fires ends its own attempt: there is only one at a time here.
    if (sock.readyState === 0 && code === 2007 && notes.attempt !== null) {
      emit("attempt.timeout", {
        connection: notes.name, transport: notes.attempt, timer_of: notes.attempt, age_ms: now() - notes.attemptStart
      });
      notes.attempt = null;
    } else if (sock.readyState === 0 && code !== undefined) {
      endAttempt(notes, code, args[1]);
    }
    return original.apply(sock, args);
  });

  wrapOn(proto, "_try_next_protocol", function (sock, notes, original, args) {
    // Each transport that can be had is a property of the constructor, and made with `new` in here.
    var held = new Map();
    (sock._protocols || []).forEach(function (name) {
      var Transport = SockJS[name];
      if (typeof Transport !== "function" || held.has(name)) return;
      held.set(name, Transport);
      SockJS[name] = new Proxy(Transport, {
        construct: function (target, made) {
          startAttempt(notes, name, ((sock._options.rto || 0) * (target.roundTrips || 1)) || 5000, made[1]);
          return Reflect.construct(target, made);
        }
      });
    });
    try {
      return original.apply(sock, args);
    } finally {
      held.forEach(function (Transport, name) { SockJS[name] = Transport; });
    }
  });

  wrapOn(proto, "_didMessage", function (sock, notes, original, args) {
    var frame = String(args[0]);
    emit("frame.in", { connection: notes.name, transport: sock.protocol, type: frame.charAt(0), bytes: bytesOf(frame) });
    return original.apply(sock, args);
  });

  wrapOn(proto, "_dispatchOpen", function (sock, notes, original, args) {
    if (sock.readyState === 0) opened(notes, sock.protocol);
    return original.apply(sock, args);
  });

  wrapSend(proto);
}
