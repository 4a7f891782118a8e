/* Stands for sockjs-client 0.3.4, which no registry has: written for these tests after what is known of its
 * private methods (their names, their order, the timer that it clears), with two transports and one that fails.
 */
var SockJS = (function () {
  function SockJS(url, whitelist, options) {
    var that = this;
    that._options = Object.assign({}, options);
    that._base_url = url;
    that._server = "000";
    that._listeners = {};
    that._protocols = [];
    that.protocol = null;
    that.readyState = 0;
    that._ir = fetch(url + "/info").then(function (answer) { return answer.json(); }).then(function (info) {
      that._ir = null;
      that._applyInfo(info, 20, that._options.protocols_whitelist);
      that._didClose();
    }, function () {
      that._ir = null;
      that._didClose(1002, "Can't connect to server", true);
    });
  }
  SockJS.version = "0.3.4";
  var proto = SockJS.prototype;

  proto.addEventListener = function (kind, listener) {
    (this._listeners[kind] = this._listeners[kind] || []).push(listener);
  };
  proto._tell = function (kind, data) {
    var event = Object.assign({ type: kind }, data);
    (this._listeners[kind] || []).concat(this["on" + kind] || []).forEach(function (listener) { listener(event); });
  };
  proto._applyInfo = function (info, rtt, whitelist) {
    this._options.info = info;
    this._options.rto = 300 + rtt;
    this._protocols = (whitelist || ["broken", "websocket"]).slice();
  };
  proto._try_next_protocol = function () {
    var that = this;
    that.protocol = null;
    clearTimeout(that._transport_tref);
    for (var name = that._protocols.shift(); name; name = that._protocols.shift()) {
      that.protocol = name;
      that._transport_tref = setTimeout(function () {
        if (that.readyState === 0) that._didClose(2007, "Transport timeouted");
      }, that._options.rto * SockJS[name].roundTrips);
      that._transport = new SockJS[name](that, that._base_url + "/" + that._server + "/session", that._base_url);
      return true;
    }
    return false;
  };
  proto._didClose = function (code, reason, force) {
    var that = this;
    if (that._transport) {
      that._transport.doCleanup();
      that._transport = null;
    }
    var users = code === 1000 || (code >= 3000 && code <= 4999);
    if (!users && that.readyState === 0 && !force) {
      if (that._try_next_protocol()) return;
      code = 2000;
      reason = "All transports failed";
    }
    that.readyState = 3;
    setTimeout(function () { that._tell("close", { code: code, reason: reason, wasClean: users }); }, 0);
  };
  proto._dispatchOpen = function () {
    clearTimeout(this._transport_tref);
    this.readyState = 1;
    this._tell("open");
  };
  proto._didMessage = function (frame) {
    var that = this;
    if (frame[0] === "o") that._dispatchOpen();
    if (frame[0] === "h") that._tell("heartbeat");
    if (frame[0] === "a") JSON.parse(frame.slice(1)).forEach(function (text) { that._tell("message", { data: text }); });
    if (frame[0] === "c") that._didClose.apply(that, JSON.parse(frame.slice(1)));
  };
  proto.send = function (text) {
    if (this.readyState === 0) throw new Error("INVALID_STATE_ERR");
    this._transport.doSend(JSON.stringify(String(text)));
  };
  proto.close = function (code, reason) {
    if (this.readyState > 1) return;
    this.readyState = 2;
    this._didClose(code || 1000, reason || "Normal closure");
  };

  SockJS.websocket = function (sock, url) {
    var socket = this.socket = new WebSocket(url.replace("http", "ws") + "/websocket");
    socket.onmessage = function (event) { sock._didMessage(event.data); };
  };
  SockJS.websocket.roundTrips = 2;
  SockJS.websocket.prototype = {
    doSend: function (text) { this.socket.send("[" + text + "]"); },
    doCleanup: function () { this.socket.onmessage = null; this.socket.close(); }
  };
  SockJS.broken = function (sock) {
    setTimeout(function () { sock._didClose(1006, "it broke"); }, 1);
  };
  SockJS.silent = function () {};
  SockJS.broken.roundTrips = SockJS.silent.roundTrips = 1;
  SockJS.broken.prototype = SockJS.silent.prototype = { doCleanup: function () {} };
  return SockJS;
})();
