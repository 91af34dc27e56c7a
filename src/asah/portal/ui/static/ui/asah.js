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

  /* ---- what was typed outlives a session that ends while somebody types: in every form that is sent, but those that
     say data-keep-not. Drafts of ratings are kept by their own page, forms of htmx stay on theirs.
     Kept in this tab only, under the person and the form (data-keep, or the address it is sent to); gone once the
     form was taken, at sign-out, and before anybody else signs in. Only what was typed or chosen is kept, never a
     password or a code: the rest may have been changed by others meanwhile. */
  const PART = "asah-kept:";
  const SENT = "asah-sent";
  const TYPED = `textarea, select, input:not(${["hidden", "password", "file", "submit", "button", "reset", "image"]
    .map((kind) => `[type=${kind}]`).join(", ")}, [autocomplete=one-time-code])`;
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
    if (form.method !== "post" || form.matches("[data-keep-not], [data-rate], [hx-post]")) return "";
    return form.dataset.keep || new URL(form.getAttribute("action") || "", location.href).pathname;
  };
  const keyOf = (form) => `${PART}${user}:${nameOf(form)}`;
  const typed = (form, name) => [...form.elements]
    .filter((one) => one.name && (!name || one.name === name) && one.matches(TYPED));
  const isTicked = (field) => field.matches("[type=checkbox], [type=radio]");
  /* What stands in the fields of a name: a text each, or of choices those that are chosen. */
  const read = (fields) => fields.flatMap((field) => {
    if (isTicked(field)) return field.checked ? [field.value] : [];
    return field.options ? [...field.selectedOptions].map((option) => option.value) : [field.value];
  });
  const write = (fields, values) => {
    const texts = [...values];
    for (const field of fields) {
      if (isTicked(field)) field.checked = values.includes(field.value);
      else if (!field.options) field.value = texts.shift() ?? "";
      else if (field.multiple || [...field.options].some((option) => values.includes(option.value))) {
        for (const option of field.options) option.selected = values.includes(option.value);
      }
    }
  };
  const keptKeys = () => Object.keys(store).filter((key) => key.startsWith(PART));
  const forget = (key) => store.removeItem(key);

  const keptOf = (form) => {
    try {
      const kept = JSON.parse(store.getItem(keyOf(form)) || "{}");
      return Object.fromEntries(Object.entries(kept).filter(([, values]) => Array.isArray(values)));
    } catch {
      return {};
    }
  };

  const putBack = (form) => {
    const before = new Map();
    for (const [name, values] of Object.entries(keptOf(form))) {
      const fields = typed(form, name);
      const stood = read(fields);
      write(fields, values);
      if (read(fields).join("\n") !== stood.join("\n")) before.set(fields, stood);
    }
    if (!before.size) return;
    const note = document.getElementById("kept-note").content.firstElementChild.cloneNode(true);
    note.querySelector("[data-forget]").addEventListener("click", () => {
      before.forEach((stood, fields) => write(fields, stood));
      forget(keyOf(form));
      note.remove();
      typed(form)[0].focus();
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
      const { form, name } = event.target;
      if (!user || !form || !name || !nameOf(form) || !event.target.matches(TYPED)) return;
      const kept = { ...keptOf(form), [name]: read(typed(form, name)) };
      try {
        store.setItem(keyOf(form), JSON.stringify(kept));
      } catch {
        /* The browser has no room left: what was typed is still in the form. */
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
