/* ---- sockjs-client 1.0.0 to 1.6.1 and what follows: the names of its private methods ---- */

var watched = new WeakSet();       // transport classes that are already watched

function transportOf(sock) {
  return sock._transport ? sock._transport.transportName : null;
}

/** The transport class with its constructor watched: that is where an attempt starts, with its URL. */
function watchTransport(sock, notes, Transport) {
  var watching = new Proxy(Transport, {
    construct: function (target, args) {
      // The library's own formula; 5 s where the round-trip time is not known.
      var budgetMs = Math.max(sock._timeout || 0, (sock._rto * target.roundTrips) || 5000);
      startAttempt(notes, target.transportName, budgetMs, args[0], args[2]);
      try {
        return Reflect.construct(target, args);
      } catch (error) {
        // The library does not expect that: it waits for the timer, and only then goes on.
        endAttempt(notes, null, error);
        throw error;
      }
    }
  });
  watched.add(watching);
  return watching;
}

function instrument1(SockJS) {
  var proto = SockJS.prototype;

  wrapOn(proto, "_receiveInfo", function (sock, notes, original, args) {
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

  wrapOn(proto, "_connect", function (sock, notes, original, args) {
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
    if (sock.readyState === 0 && transport !== null) {
      notes.attempt = null;
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

  wrapOn(proto, "_transportClose", function (sock, notes, original, args) {
    if (sock.readyState === 0 && transportOf(sock) !== null && !notes.inTimeout) endAttempt(notes, args[0], args[1]);
    notes.inTimeout = false;
    return original.apply(sock, args);
  });

  wrapOn(proto, "_transportMessage", function (sock, notes, original, args) {
    var frame = String(args[0]);
    emit("frame.in", {
      connection: notes.name, transport: transportOf(sock), type: frame.charAt(0), bytes: bytesOf(frame)
    });
    return original.apply(sock, args);
  });

  wrapOn(proto, "_open", function (sock, notes, original, args) {
    if (sock.readyState === 0) opened(notes, transportOf(sock));
    return original.apply(sock, args);
  });

  wrapSend(proto);
}
