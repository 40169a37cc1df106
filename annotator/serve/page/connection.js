// Keeps what is typed while the terminal connects, and says why its connection ended, and how to go on.
"use strict";

const LOST = "The connection to the server was lost: it was stopped, or the network is down.";

function showEnd(why) {
  document.getElementById("opening").hidden = true;
  document.body.classList.add("-first-byte");
  document.getElementById("ended-why").textContent = why || LOST;
  document.getElementById("ended").hidden = false;
  document.getElementById("again").focus();
}

window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("close", (event) => showEnd(event.reason));
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
