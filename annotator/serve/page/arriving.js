// A link in a message of another site: the browser kept the cookie back that the link had just set, because that site
// had asked for the page. Asked for once more, by a page of our own, it is sent.
"use strict";

const here = new URL(window.location.href);
if (document.documentElement.dataset.status === "403" && here.pathname.includes("/as/") && !here.searchParams.has("arrived")) {
  here.searchParams.set("arrived", "");
  window.location.replace(here);
}
