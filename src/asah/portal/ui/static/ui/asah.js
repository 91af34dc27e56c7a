/* What pages do beyond HTML. Everything works without it; nothing here is needed to send or read a form. */
(() => {
  "use strict";
  const root = document.documentElement;

  /* ---- light or dark, at once and without asking the server */
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-theme-switch]") || !event.submitter) return;
    event.preventDefault();
    const theme = event.submitter.value;
    root.dataset.bsTheme = theme;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `asah_theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    event.target.querySelector(theme === "dark" ? ".to-light" : ".to-dark").focus();
  });

  /* ---- the menu on a narrow screen */
  const button = document.querySelector("[data-menu]");
  if (button) {
    const menu = document.getElementById(button.getAttribute("aria-controls"));
    const show = (open) => {
      button.setAttribute("aria-expanded", String(open));
      menu.classList.toggle("side-open", open);
    };
    root.classList.add("has-menu-button");
    button.hidden = false;
    show(false);
    button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") {
        show(false);
        button.focus();
      }
    });
  }

  /* ---- the summary of errors is where reading goes on */
  const focusSummary = (part) => {
    const summary = part.querySelector("[data-focus]");
    if (summary) summary.focus();
  };

  /* ---- a form goes once: a second click while the first is on its way does nothing */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [data-theme-switch]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    });
  });

  /* ---- long texts outlive a session that ends while somebody types: those of every form with room for one, and of
     forms that say how they are to be called. Drafts of ratings are kept by their own page.
     Kept in this tab only, under the person and the form; gone once the form was taken, at sign-out, and before
     anybody else signs in. Only what was typed is kept: the rest may have been changed by others meanwhile. */
  const PART = "asah-kept:";
  const SENT = "asah-sent";
  const store = (() => {
    try {
      sessionStorage.setItem("asah-probe", "1");
      sessionStorage.removeItem("asah-probe");
      return sessionStorage;
    } catch {
      return null;
    }
  })();
  const user = document.body.dataset.user || "";
  const nameOf = (form) => {
    if (form.dataset.keep) return form.dataset.keep;
    const long = form.method === "post" && !form.dataset.rate && form.querySelector("textarea");
    return long ? new URL(form.getAttribute("action") || "", location.href).pathname : "";
  };
  const keyOf = (form) => `${PART}${user}:${nameOf(form)}`;
  const texts = (form) => [...form.elements].filter((one) => one.name && one.matches("textarea, input[type=text]"));
  const keptKeys = () => Object.keys(store).filter((key) => key.startsWith(PART));
  const forget = (key) => store.removeItem(key);

  const keptOf = (form) => {
    try {
      return JSON.parse(store.getItem(keyOf(form)) || "{}");
    } catch {
      return {};
    }
  };

  const putBack = (form) => {
    const kept = keptOf(form);
    const before = new Map();
    for (const field of texts(form)) {
      if (typeof kept[field.name] === "string" && kept[field.name] !== field.value) {
        before.set(field, field.value);
        field.value = kept[field.name];
      }
    }
    if (!before.size) return;
    const note = document.getElementById("kept-note").content.firstElementChild.cloneNode(true);
    note.querySelector("[data-forget]").addEventListener("click", () => {
      before.forEach((value, field) => { field.value = value; });
      forget(keyOf(form));
      note.remove();
      texts(form)[0].focus();
    });
    form.prepend(note);
  };

  if (store) {
    const sent = store.getItem(SENT);
    const forms = [...document.forms].filter(nameOf);
    if (user) {
      keptKeys().filter((key) => !key.startsWith(`${PART}${user}:`)).forEach(forget);
      if (sent) {
        const refused = "notSaved" in document.body.dataset
          || forms.some((form) => keyOf(form) === sent && form.querySelector(".error-summary, [aria-invalid=true]"));
        if (!refused) forget(sent);
      }
    }
    /* Without a user this is the page to sign in: what was sent before it never arrived. */
    store.removeItem(SENT);
    forms.forEach(putBack);

    document.addEventListener("input", (event) => {
      const form = event.target.form;
      if (!user || !form || !nameOf(form) || !texts(form).includes(event.target)) return;
      const kept = { ...keptOf(form), [event.target.name]: event.target.value };
      try {
        store.setItem(keyOf(form), JSON.stringify(kept));
      } catch {
        /* The browser has no room left: the text is still in the form. */
      }
    });
    document.addEventListener("submit", (event) => {
      if (event.target.matches("[data-sign-out]")) store.clear();
      else if (!event.defaultPrevented && nameOf(event.target)) store.setItem(SENT, keyOf(event.target));
    });
  }
  focusSummary(document);

  /* ---- parts of pages over the network */
  const tellFailure = () => {
    const place = document.getElementById("messages");
    place.replaceChildren(document.getElementById("failed-note").content.firstElementChild.cloneNode(true));
    place.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("htmx:sendError", tellFailure);
  document.addEventListener("htmx:responseError", tellFailure);
  document.addEventListener("htmx:beforeSwap", (event) => {
    /* A whole page instead of the part asked for: the session ended, or the action led elsewhere. Go there. */
    const { xhr, requestConfig } = event.detail;
    if (!xhr.responseURL || !requestConfig) return;
    const asked = new URL(requestConfig.path, location.href);
    const got = new URL(xhr.responseURL);
    if (got.pathname !== asked.pathname) {
      event.detail.shouldSwap = false;
      location.assign(requestConfig.verb === "get" ? location.href : got.href);
    }
  });
  document.addEventListener("htmx:afterSwap", (event) => focusSummary(event.target));

  /* ---- on paper the tables behind the charts are open */
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("figure details:not([open])").forEach((one) => {
      one.open = true;
      one.dataset.forPaper = "yes";
    });
  });
  window.addEventListener("afterprint", () => {
    document.querySelectorAll("details[data-for-paper]").forEach((one) => {
      one.open = false;
      delete one.dataset.forPaper;
    });
  });
})();
