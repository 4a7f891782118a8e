/* ---- The raw websocket: the endpoint without the client's protocol, as any RFC 6455 client has it ---- */

var RAW = "raw-websocket";

function connectRaw(name, url) {
  nextName = name;
  var notes = newNotes();
  announce(notes, url, {}, null);
  var address = url.replace(/^http/i, "ws").replace(/\/*(\?|$)/, "/websocket$1");
  var socket;
  begin();
  startAttempt(notes, RAW, null, address);
  try {
    socket = new WebSocket(address);
  } catch (error) {
    endAttempt(notes, null, error);
    decide(notes);
    emit("page.error", { text: String(error), source: "new WebSocket", line: 0 });
    throw error;
  }
  socket.addEventListener("open", function () { opened(notes, RAW); });
  socket.addEventListener("close", function (event) { endAttempt(notes, event.code, event.reason); });
  follow(socket, notes);
  var send = socket.send;
  socket.send = function (text) {
    if (socket.readyState === 1) {
      emit("message.out", describeMessage(notes, String(text), notes.sent));
      notes.sent += 1;
    }
    return send.call(socket, text);
  };
}
