/* Makes a browser offer what an older one offered, before sockjs-client looks.
 *
 * Called with a persona (lab/browser/personas/*.yaml). It masks what the client asks about and no more: the
 * older browser's script language, its DOM and its defects are not here. The same script runs in the page and
 * in the client's iframe, where it comes before the client in the file that the iframe loads.
 */
(function (persona) {
  "use strict";

  var offers = persona.offers;
  var NativeXhr = window.XMLHttpRequest;
  var NativeEventSource = window.EventSource;
  var NativeWebSocket = window.WebSocket;

  function put(name, value) {
    Object.defineProperty(window, name, { value: value, configurable: true, enumerable: false, writable: true });
  }

  function remove(name) {
    delete window[name];
    if (name in window) put(name, undefined);
  }

  /** Where a request would go, as the rules of one origin see it. */
  function target(url) {
    return new URL(url, document.baseURI);
  }

  function refuse(what) {
    // Internet Explorer said "Access is denied.", the others threw a SECURITY_ERR.
    throw new DOMException(what, "SecurityError");
  }

  Object.defineProperty(navigator, "userAgent", {
    get: function () { return persona.user_agent; }, configurable: true, enumerable: true
  });

  /* ---- WebSocket: under its name, under Mozilla's, or not at all ---- */

  if (offers.websocket !== "WebSocket") remove("WebSocket");
  if (offers.websocket === "MozWebSocket") put("MozWebSocket", NativeWebSocket);

  /* ---- EventSource: none, or one that throws at another origin, as WebKit's did until 2012 ---- */

  if (offers.event_source === "none") remove("EventSource");
  if (offers.event_source === "same-origin") {
    var SameOriginEventSource = function EventSource(url) {
      if (target(url).origin !== location.origin) refuse("EventSource cannot go to another origin: " + url);
      return new NativeEventSource(url);
    };
    SameOriginEventSource.prototype = NativeEventSource.prototype;
    ["CONNECTING", "OPEN", "CLOSED"].forEach(function (state, value) { SameOriginEventSource[state] = value; });
    put("EventSource", SameOriginEventSource);
  }

  /* ---- XMLHttpRequest: within one origin unless it has withCredentials, by which the client tells ---- */

  if (offers.xhr !== "cross-origin") {
    var open = NativeXhr.prototype.open;
    delete NativeXhr.prototype.withCredentials;
    NativeXhr.prototype.open = function (method, url) {
      if (target(url).origin !== location.origin) refuse("XMLHttpRequest cannot go to another origin: " + url);
      return open.apply(this, arguments);
    };
  }
  if (offers.xhr === "activex") remove("XMLHttpRequest");

  /* ---- postMessage ---- */

  if (!offers.post_message) remove("postMessage");

  /* ---- XDomainRequest: GET and POST of text, one scheme, no cookies in any direction, no status ---- */

  function XDomainRequest() {
    this.responseText = "";
    this.contentType = "";
    this.timeout = 0;
    this.onload = this.onerror = this.onprogress = this.ontimeout = null;
  }
  XDomainRequest.prototype.open = function (method, url) {
    if (!/^(GET|POST)$/i.test(method)) throw new Error("Invalid argument.");
    if (target(url).protocol !== location.protocol) throw new Error("Access is denied.");
    this._method = method.toUpperCase();
    this._url = url;
  };
  XDomainRequest.prototype.send = function (body) {
    var self = this, ended = false, timer = null;
    var controller = this._controller = new AbortController();
    var given = { method: this._method, credentials: "omit", cache: "no-store", signal: controller.signal };
    if (this._method === "POST") given.body = body === undefined || body === null ? "" : String(body);

    function end(handler) {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      if (typeof self[handler] === "function") self[handler]();
    }

    this._end = function () { ended = true; clearTimeout(timer); };
    if (this.timeout > 0) {
      timer = setTimeout(function () {
        end("ontimeout");
        controller.abort();
      }, this.timeout);
    }
    fetch(this._url, given).then(function (response) {
      if (!response.ok) throw new Error("status " + response.status);
      self.contentType = response.headers.get("Content-Type") || "";
      var reader = response.body.getReader(), decoder = new TextDecoder();
      function take(piece) {
        if (ended) return undefined;
        self.responseText += decoder.decode(piece.value || new Uint8Array(), { stream: !piece.done });
        if (piece.done) return end("onload");
        if (typeof self.onprogress === "function") self.onprogress();
        return reader.read().then(take);
      }
      return reader.read().then(take);
    }).catch(function () { end("onerror"); });
  };
  XDomainRequest.prototype.abort = function () {
    if (this._end) this._end();
    if (this._controller) this._controller.abort();
  };
  if (offers.xdomain_request) put("XDomainRequest", XDomainRequest);

  /* ---- ActiveXObject: XMLHTTP, and a document outside of the page (htmlfile) ---- */

  var hosts = [];

  /** A document of its own; here it is that of a hidden frame, made when it is first used. */
  function HtmlFile() {
    var frame = null;
    function host() {
      if (!frame) {
        // The document that the client opens sets its domain, and so does the one that the server sends: from
        // then on only a page that did so too may touch them (in Internet Explorer one document was enough).
        document.domain = document.domain; // eslint-disable-line no-self-assign
        frame = document.createElement("iframe");
        frame.style.display = "none";
        document.body.appendChild(frame);
        hosts.push(frame);
      }
      return frame.contentDocument;
    }
    this.open = function () { host().open(); };
    this.write = function (html) { host().write(html); };
    this.close = function () { host().close(); };
    this.createElement = function (name) { return host().createElement(name); };
    Object.defineProperty(this, "body", { get: function () { return host().body; } });
    Object.defineProperty(this, "parentWindow", { get: function () { host(); return frame.contentWindow; } });
  }

  /** The client calls it when it has given its htmlfile up: the one moment to end the frame. */
  function collectGarbage() {
    hosts = hosts.filter(function (frame) {
      var used = frame.contentDocument && frame.contentDocument.querySelector("iframe");
      if (!used) frame.remove();
      return used;
    });
  }

  if (offers.activex) {
    put("ActiveXObject", function ActiveXObject(name) {
      if (name === "Microsoft.XMLHTTP") return new NativeXhr();
      if (name === "htmlfile") return new HtmlFile();
      throw new Error("Automation server can't create object");
    });
    put("CollectGarbage", collectGarbage);
  }
})
