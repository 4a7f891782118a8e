/* ---- How late timers fire, while a connection is undecided ---- */

var TICK_MS = 10;        // how often lateness is looked at
var LATE_MS = 20;        // from where on one late tick is an event of its own
var HEAD_ROOM_MS = 250;  // how often the worst lateness is told

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
