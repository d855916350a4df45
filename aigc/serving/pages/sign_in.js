// Signing in: the token of the address (`#token=…`) or of the form becomes a cookie that no script reads.
const words = JSON.parse(document.querySelector("meta[name=words]").content);
const form = document.querySelector("#sign-in"), told = document.querySelector("#told");

function next() {
  const wanted = new URLSearchParams(location.search).get("next") ?? "";
  return /^\/review(\/|\?|$)/.test(wanted) ? wanted : "/review";
}

async function signIn(token) {
  let answer;
  try {
    answer = await fetch("/sign-in", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token }),
    });
  } catch {
    told.textContent = words.offline;
    return;
  }
  if (answer.ok) location.replace(next());
  else told.textContent = words.wrong_token;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  told.textContent = "";
  signIn(form.elements.token.value);
});
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) {
  history.replaceState(null, "", location.pathname + location.search); // it stays in no history
  signIn(given);
} else form.elements.token.focus();
