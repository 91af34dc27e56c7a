/* Rating: what is filled in is kept at once, here and on the server; sending goes through the queue of this device. */
(() => {
  "use strict";
  const offline = window.asahOffline;
  const KEY = (assignment) => `rate:${assignment}`;
  const UNSURE = "unsure";
  const PAUSE = 1500;
  const SOON = 2500;

  /* ---- the list: which forms wait on this device */
  const lines = [...document.querySelectorAll("[data-assignment]")];
  if (lines.length) {
    document.addEventListener("asah:queue", (event) => {
      const keys = new Set(event.detail.entries.filter((entry) => entry.state !== "sent").map((entry) => entry.key));
      const sent = new Set(event.detail.entries.filter((entry) => entry.state === "sent").map((entry) => entry.key));
      for (const line of lines) {
        const key = KEY(line.dataset.assignment);
        line.querySelector("[data-queued]").hidden = !keys.has(key);
        line.querySelector("[data-state]").hidden = keys.has(key) || sent.has(key);
      }
    });
  }

  /* ---- the form */
  const form = document.querySelector("form[data-rate]");
  if (!form || !offline) return;
  const key = KEY(form.dataset.rate);
  const questions = [...form.querySelectorAll(".question")];
  const answerOf = (question) => question.querySelector("input:checked");
  const read = () => {
    const scores = {};
    for (const question of questions) {
      const answer = answerOf(question);
      if (answer) scores[question.id.slice(1)] = answer.value === UNSURE ? null : Number(answer.value);
    }
    return scores;
  };
  const fill = (scores) => {
    for (const question of questions) {
      const number = question.id.slice(1);
      if (!(number in scores)) continue;
      const value = scores[number] === null ? UNSURE : String(scores[number]);
      const input = question.querySelector(`input[value="${CSS.escape(value)}"]`);
      if (input) input.checked = true;
    }
    count();
  };
  const count = () => {
    const answered = questions.filter(answerOf).length;
    form.querySelector("[data-progress]").value = answered;
    form.querySelector("[data-answered]").textContent = String(answered);
  };
  const sayKept = (where) => {
    for (const word of form.querySelectorAll("[data-kept-on]")) word.hidden = word.dataset.keptOn !== where;
  };

  /* ---- drafts: on this device at once, on the server after a pause */
  let timer = 0;
  let changed = 0;
  let over = false;
  const saveOnServer = async () => {
    const at = changed;
    const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken=")) || "";
    try {
      const response = await fetch(form.dataset.draft, {
        method: "POST",
        body: JSON.stringify({ scores: read() }),
        headers: {
          "Content-Type": "application/json",
          "X-CSRFToken": cookie.slice("csrftoken=".length),
          "X-Asah-For": document.body.dataset.user,
        },
        redirect: "manual",
      });
      if (!response.ok || over || at !== changed) return;
      await offline.drafts.remove(key);
      sayKept("server");
    } catch {
      /* The line is away: the draft is on this device. */
    }
  };
  const keep = async () => {
    changed = Date.now();
    clearTimeout(timer);
    timer = setTimeout(saveOnServer, PAUSE);
    await offline.drafts.put(key, { scores: read(), at: changed });
    sayKept("device");
  };
  form.addEventListener("change", (event) => {
    const question = event.target.closest(".question");
    question.classList.remove("field-wrong");
    question.querySelector("[data-missing]").hidden = true;
    count();
    keep();
  });

  const restore = async () => {
    const waiting = (await offline.entries()).find((entry) => entry.key === key && entry.body);
    const draft = await offline.drafts.get(key);
    if (draft && draft.at / 1000 > Number(form.dataset.changed)) {
      fill(draft.scores);
      sayKept("device");
      timer = setTimeout(saveOnServer, PAUSE);
    } else if (waiting) {
      fill(waiting.body.scores);
    }
  };
  restore();

  /* ---- by keyboard: a digit answers and goes on */
  form.addEventListener("keydown", (event) => {
    const question = event.target.closest(".question");
    if (!question || !/^[0-5]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    const input = question.querySelector(`input[value="${event.key === "0" ? UNSURE : event.key}"]`);
    if (!input) return;
    event.preventDefault();
    input.checked = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    const next = questions[questions.indexOf(question) + 1];
    (next ? answerOf(next) || next.querySelector("input") : form.querySelector("button[type=submit]")).focus();
  });

  /* ---- sending */
  const newNumber = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (over) return;
    clearTimeout(timer);
    if (event.submitter && event.submitter.name === "draft") {
      await keep();
      clearTimeout(timer);
      await Promise.race([saveOnServer(), new Promise((resolve) => { setTimeout(resolve, SOON); })]);
      location.assign(form.dataset.list);
      return;
    }
    const missing = questions.filter((question) => !answerOf(question));
    for (const question of questions) {
      const open = missing.includes(question);
      question.classList.toggle("field-wrong", open);
      question.querySelector("[data-missing]").hidden = !open;
    }
    if (missing.length) {
      missing[0].querySelector("input").focus();
      missing[0].scrollIntoView({ block: "center" });
      return;
    }
    over = true;
    form.setAttribute("aria-busy", "true");
    const body = {
      id: newNumber(),
      assignment: Number(form.dataset.rate),
      filled_at: new Date().toISOString(),
      scores: read(),
    };
    try {
      await offline.enqueue({ url: form.dataset.submit, body, label: form.dataset.label, key });
      await offline.drafts.remove(key);
    } catch {
      /* This browser keeps nothing: the form goes the plain way, with its own number. */
      form.submit();
      return;
    }
    /* With the network on it is usually gone before the list is shown. */
    await Promise.race([offline.flush(), new Promise((resolve) => { setTimeout(resolve, SOON); })]);
    location.assign(form.dataset.list);
  });
})();
