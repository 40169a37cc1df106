// Finds the terminal that textual-serve's script makes and keeps to itself, and fits it to the workbench.
"use strict";

// Every terminal of xterm.js keeps its engine under this name, and this page has one terminal.
Object.defineProperty(Object.prototype, "_core", {
  configurable: true,
  set(core) {
    Object.defineProperty(this, "_core", { value: core, writable: true, configurable: true, enumerable: true });
    if ("loadAddon" in this) {
      delete Object.prototype._core;
      this.registerLinkProvider = () => ({ dispose() {} }); // a click on an address in an article opens nothing
      setTimeout(() => fit(this)); // once textual-serve's script is done with it
    }
  },
});

function fit(terminal) {
  document.getElementById("terminal").terminal = terminal;
  terminal.unicode.register(WORKBENCH_WIDTHS);
  terminal.unicode.activeVersion = WORKBENCH_WIDTHS.version;
  terminal.attachCustomKeyEventHandler((event) => !isForBrowser(event, terminal));
  const isEnded = () => !document.getElementById("ended").hidden;
  const focus = () => isEnded() || terminal.focus();
  focus();
  window.addEventListener("focus", focus);
  const fonts = ["", "bold", "italic", "bold italic"].map((kind) => document.fonts.load(`${kind} 16px "Roboto Mono"`));
  Promise.allSettled(fonts).then(() => terminal.clearTextureAtlas()); // letters painted before in another font
}

// The browser pastes, and copies what was selected with shift and the mouse.
function isForBrowser(event, terminal) {
  const key = event.ctrlKey && !event.altKey && !event.metaKey ? event.key.toLowerCase() : "";
  return key === "v" || (key === "c" && terminal.hasSelection());
}

// Widths as Rich counts them (rich.cells): what follows a joiner belongs to the character before it, and a sign that is
// to be shown as emoji takes two cells. A value says what the next character has to know, the cells so far, and whether
// this one belongs to the one before it; xterm.js packs it so.
const PLAIN = 0, AFTER_JOINER = 1, CAN_WIDEN = 2;
const pack = (kind, cells, joined) => (kind << 3) | (cells << 1) | (joined ? 1 : 0);
const WORKBENCH_WIDTHS = {
  version: "workbench",
  wcwidth: cellsOf,
  charProperties(code, before) {
    const kind = before >> 3, cells = (before >> 1) & 3;
    if (cells > 0) {
      if (code === 0x200d) return pack(AFTER_JOINER, cells, true);
      if (kind === AFTER_JOINER) return pack(PLAIN, cells, true);
      if (code === 0xfe0f && kind === CAN_WIDEN) return pack(PLAIN, 2, true);
      if (cellsOf(code) === 0) return pack(kind, cells, true);
    }
    return pack(WIDENED.has(code) ? CAN_WIDEN : PLAIN, cellsOf(code), false);
  },
};

function cellsOf(code) {
  if (code > 31 && code < 127) return 1;
  let low = 0, high = NOT_ONE_CELL.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1, [first, last, cells] = NOT_ONE_CELL[middle];
    if (code < first) high = middle - 1;
    else if (code > last) low = middle + 1;
    else return cells;
  }
  return 1;
}
