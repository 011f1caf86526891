// The smallest front end, in the browser, with types generated from our OpenAPI document: any path is a page of the site,
// /preview/ a draft. It is on another origin than the API. As in read.ts, nothing is cast.
import createClient from "openapi-fetch";

import type { components, paths } from "./api.js";

type Schemas = components["schemas"];
type Page = Schemas["PageDetail"] | Schemas["PagePreview"];

const api = document.querySelector("meta[name=api]")?.getAttribute("content") ?? "";
const client = createClient<paths, "application/json" | "application/problem+json">({ baseUrl: `${api}/api/v2` });

/** An element with a text, or with the display HTML of the API. */
function element(name: string, content: { text: string } | { html: string }, attributes: Record<string, string> = {}): HTMLElement {
  const made = document.createElement(name);
  if ("html" in content) {
    made.innerHTML = content.html;
  } else {
    made.textContent = content.text;
  }
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}

function link(text: string, address: string, locale: string): HTMLElement {
  return element("a", { text }, { href: address, hreflang: locale });
}

/** What only this type of page has. */
function own(page: Page): HTMLElement[] {
  if (page.type !== "borders.BorderPage" || page.border === null) {
    return [];
  }
  const figures = page.border.key_figures.map((figure) =>
    element("li", { text: `${figure.indicator.label}: ${figure.value.toLocaleString(page.meta.locale)} ${figure.unit?.label ?? ""} (${figure.year})` }),
  );
  const list = element("ul", { text: "" });
  list.append(...figures);
  return [element("p", { text: page.border.countries.map((country) => country.label).join(" – ") }, { class: "countries" }), list];
}

function body(page: Page): HTMLElement[] {
  if (!("body" in page)) {
    return [];
  }
  return page.body.flatMap((block) => {
    switch (block.type) {
      case "heading":
        return [element(block.value.level?.code ?? "h2", { text: block.value.text })];
      case "paragraph":
        return [element("div", { html: block.value })];
      case "related_pages":
        return block.value.pages.map((target) => link(target.title, target.html_url, target.text_locale));
      default:
        return []; // new blocks may come at any time
    }
  });
}

function show(page: Page): void {
  document.documentElement.lang = page.meta.locale;
  document.title = page.title;
  const introduction = "introduction" in page ? page.introduction : "";
  const others = page.meta.translations.map((other) => link(other.locale, other.html_url, other.locale));
  document.querySelector("nav")?.replaceChildren(...page.meta.breadcrumb.map((above) => element("span", { text: above.title })), ...others);
  document.querySelector("main")?.replaceChildren(
    element("h1", { text: page.title }),
    element("p", { text: introduction }, { class: "introduction" }),
    ...own(page),
    ...body(page),
  );
}

function refuse(problem: Schemas["Problem"] | undefined): void {
  document.querySelector("main")?.replaceChildren(element("h1", { text: `${problem?.status ?? "?"} ${problem?.title ?? ""}` }));
}

async function found(html_path: string): Promise<void> {
  const { data, error } = await client.GET("/pages/find/", { params: { query: { html_path } } });
  if (data === undefined) {
    refuse(error);
  } else if (data.type === "redirect") {
    location.replace(data.location);
  } else {
    show(data);
  }
}

async function draft(token: string): Promise<void> {
  const { data, error } = await client.GET("/preview/", { params: { query: { token } }, cache: "no-store" });
  if (data === undefined) {
    refuse(error);
  } else {
    show(data);
  }
}

const token = new URLSearchParams(location.search).get("token");
await (location.pathname === "/preview/" ? draft(token ?? "") : found(location.pathname));
