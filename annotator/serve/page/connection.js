// Keeps what is typed while the terminal connects, and says when nobody answers, why the connection ended, and how to go
// on.
"use strict";

const LOST = "The connection to the server was lost: it was stopped, or the network is down.";
const ASKING_EVERY = 10_000; // milliseconds

function showEnd(why) {
  document.getElementById("opening").hidden = true;
  document.body.classList.add("-first-byte");
  document.getElementById("ended-why").textContent = why || LOST;
  document.getElementById("ended").hidden = false;
  document.getElementById("again").focus();
}

function showSilence(isSilent) {
  document.getElementById("silent").hidden = !isSilent;
}

window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    let isAsked = false, asking = 0;
    this.addEventListener("open", () => {
      asking = setInterval(() => {
        showSilence(isAsked); // nothing came since
        isAsked = true;
        super.send(JSON.stringify(["ping", String(Date.now())]));
      }, ASKING_EVERY);
    });
    this.addEventListener("message", () => {
      isAsked = false;
      showSilence(false);
    });
    this.addEventListener("close", (event) => {
      clearInterval(asking);
      showSilence(false);
      showEnd(event.reason);
    });
  }
  send(data) { // also what is typed before the connection is there
    if (this.readyState === WebSocket.CONNECTING) this.addEventListener("open", () => super.send(data), { once: true });
    else super.send(data);
  }
};

window.history.replaceState(null, "", window.location.pathname); // without what arriving.js put there

document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("again").addEventListener("click", () => window.location.reload());
});
