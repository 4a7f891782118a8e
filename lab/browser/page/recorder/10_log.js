/* Records what SockJS clients do, from inside the page, without changing the library.
 *
 * Loaded before the library, it waits for the library to appear and then wraps some methods of its
 * prototype. What it records is listed in docs/reference/events.md; all times are milliseconds since the
 * epoch on the page's own clock. A document has one recorder, however often this is loaded; frames have none:
 * the client in SockJS's own iframe is the page's client's business.
 */
"use strict";

if (window !== window.top || window.__sockjsLab) return;

var GATHER_MS = 20;      // how long events are gathered before the lab gets them: each answer costs time
var STASH = "sockjs-lab"; // what the last document of this origin left behind, in sessionStorage

// Taken before anything in the page can replace them.
var setTimer = window.setTimeout.bind(window);
var clearTimer = window.clearTimeout.bind(window);
var stringify = JSON.stringify;

var epoch = performance.timeOrigin;

function now() {
  return epoch + performance.now();
}

/* ---- The log, and the long poll that empties it ---- */

var id = now().toString(36) + "-" + Math.random().toString(36).slice(2, 8);
var events = [];
var watchers = [];
var wake = null;
var asked = 0;           // what the lab has for certain: the cursor that it asked with last

function emit(kind, data, t) {
  var event = { t: t === undefined ? now() : t, kind: kind, data: data };
  events.push(event);
  if (wake) wake();
  watchers.forEach(function (watcher) { watcher(event); });
}

/* A document that is left keeps what the lab has not fetched for the next document of its origin. */

function takeStash() {
  try {
    var left = JSON.parse(sessionStorage.getItem(STASH) || "null");
    sessionStorage.removeItem(STASH);
    return left;
  } catch (error) {
    return null; // A document may have no storage.
  }
}

var before = takeStash();

window.addEventListener("pagehide", function () {
  if (asked === events.length) return;
  try {
    sessionStorage.setItem(STASH, stringify({ document: id, from: asked, events: events.slice(asked) }));
  } catch (error) {
    return; // No storage, or it is full: these events are lost, as a crash would lose them.
  }
});

/** Promise of a text: {document, cursor, events, before}: what came after `cursor`, at the latest after `waitMs`.
 *
 * A text, because JSON keeps what not every engine's protocol does: halves of surrogate pairs. */
function next(cursor, waitMs) {
  var from = asked = Math.min(cursor, events.length);
  if (from > 0) before = null; // The lab has it.
  function text() {
    return stringify({ document: id, cursor: events.length, events: events.slice(from), before: before });
  }
  if (waitMs <= 0) return Promise.resolve(text());
  return new Promise(function (resolve) {
    var timer = null;
    function answer() {
      clearTimer(timer);
      if (wake === gather) wake = null;
      resolve(text());
    }
    function gather() {
      if (wake === gather) wake = null;
      clearTimer(timer);
      timer = setTimer(answer, GATHER_MS);
    }
    if (events.length > from) gather();
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
