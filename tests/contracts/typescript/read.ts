// A front end's reading of the whole site with types generated from our OpenAPI document: `node read.js ADDRESS`.
// Nothing here may be cast, and nothing asserted: what is not declared does not compile.
import createClient from "openapi-fetch";

import type { components, paths } from "./api.js";

type Schemas = components["schemas"];
type Card = Schemas["PageCard"];
type Detail = Schemas["PageDetail"];
type Block = Schemas["BodyBlock"];

// Of endpoints with several formats (GeoJSON, CSV), JSON.
const client = createClient<paths, "application/json" | "application/problem+json">({ baseUrl: `${process.argv[2] ?? ""}/api/v2` });

function found<T>(answer: { data?: T; error?: Schemas["Problem"] }): T {
  if (answer.data === undefined) {
    throw new Error(answer.error ? `${answer.error.status} ${answer.error.detail}` : "no answer");
  }
  return answer.data;
}

function never(nothing: never): never {
  throw new Error(`A kind that the document does not declare: ${JSON.stringify(nothing)}`);
}

/** The addresses of a picture that is there and ready. */
function addresses(image: Schemas["ImageSet"] | null): string[] {
  return image === null ? [] : image.sources.flatMap((source) => source.srcset.map((size) => new URL(size.url).href));
}

/** Some text of every kind of block. */
function read(block: Block): string {
  switch (block.type) {
    case "heading":
      return `${block.value.level?.code === "h3" ? "###" : "##"} ${block.value.text}`;
    case "paragraph":
      return block.value.trim();
    case "quote":
      return [block.value.text, block.value.author, block.value.source].join(" – ");
    case "callout":
      return `${block.value.kind?.label ?? ""} ${block.value.title} ${block.value.text}`;
    case "accordion":
      return block.value.items.map((item) => item.title + item.content).join("\n");
    case "table":
      return [block.value.header, ...block.value.rows].map((row) => row.join("\t")).join("\n");
    case "key_figures":
      return block.value.figures
        .map((figure) => `${figure.value.toFixed(1)} ${figure.unit?.label ?? ""} (${figure.source.name}, ${figure.year})`)
        .join("\n");
    case "chronology":
      return block.value.entries.map((entry) => `${entry.start?.date ?? ""} ${entry.event}`).join("\n");
    case "map":
      return [...block.value.borders, ...block.value.territories].map((place) => `${place.code}@${place.bbox?.join()}`).join();
    case "image":
      return [block.value.caption, ...addresses(block.value.image)].join("\n");
    case "gallery":
      return block.value.images.map((picture) => picture.image?.alt ?? "").join("\n");
    case "video":
      return `${block.value.provider.length} ${block.value.embed_url ?? block.value.url}`;
    case "documents":
      return block.value.documents.map((file) => `${file.title} (${file.file_extension})`).join("\n");
    case "records":
      return block.value.records.map((record) => `${record.code} ${record.title} ${record.date?.date ?? ""}`).join("\n");
    case "related_pages":
      return block.value.pages.map((link) => link.html_path).join("\n");
    case "contact":
      return block.value.office?.email ?? "";
    case "call_to_action":
      return `${block.value.text}: ${block.value.page?.html_url ?? block.value.url}`;
    default:
      return never(block);
  }
}

function readSection(section: Schemas["SectionsBlock"]): string {
  switch (section.type) {
    case "featured":
      return section.value.pages.map((link) => link.title).join();
    case "key_messages":
      return section.value.messages.map((message) => message.text + (message.page?.html_path ?? "")).join();
    case "agenda":
      return `${section.value.title} ${section.value.count ?? 3}`;
    default:
      return never(section);
  }
}

/** Something that only this kind of page has. */
function own(page: Detail): string {
  switch (page.type) {
    case "home.HomePage":
      return page.sections.map(readSection).join("\n");
    case "borders.BorderPage":
      return `${page.border?.countries.map((country) => country.label).join()} ${page.border?.key_figures.length}`;
    case "borders.TerritoryPage":
      return `${page.territory?.legal_form?.label} ${page.territory?.founded?.date}`;
    case "borders.ObstaclePage":
      return page.steps.map((step) => `${step.value.date?.date} ${step.value.status?.code}`).join();
    case "borders.PracticePage":
      return `${page.start_year ?? ""} ${page.results.length}`;
    case "resources.DossierPage":
      return page.chapters.map((chapter) => chapter.title).join();
    case "resources.ChapterPage":
      return page.footnotes.map((note) => `${note.value.number} ${note.value.text}`).join();
    case "resources.PositionPage":
      return `${page.addressee} ${page.file?.url ?? ""}`;
    case "resources.ProjectPage":
      return page.pilot_actions.map((action) => action.value.title.trim()).join();
    case "newsroom.NewsPage":
      return `${page.date.slice(0, 4)} ${page.category?.label}`;
    case "newsroom.EventPage":
      return page.sessions.map((session) => `${session.start} ${session.place}`).join();
    case "newsroom.TrainingPage":
      return `${page.state.code} ${page.price?.toFixed(2) ?? page.price_note}`;
    case "newsroom.CallPage":
      return `${page.opens_at.slice(0, 10)} ${page.closes_at?.slice(0, 10) ?? ""}`;
    case "home.StandardPage":
    case "borders.BorderIndexPage":
    case "borders.TerritoryIndexPage":
    case "borders.ObstacleIndexPage":
    case "borders.PracticeIndexPage":
    case "resources.DossierIndexPage":
    case "resources.PositionIndexPage":
    case "resources.ProjectIndexPage":
    case "newsroom.NewsIndexPage":
    case "newsroom.EventIndexPage":
    case "newsroom.TrainingIndexPage":
    case "newsroom.CallIndexPage":
      return page.body.map(read).join("\n");
    default:
      return never(page);
  }
}

/** Every card, part by part. */
async function cards(): Promise<Card[]> {
  const all: Card[] = [];
  let cursor: string | undefined;
  do {
    const part = found(await client.GET("/pages/", { params: { query: { limit: 100, cursor } } }));
    all.push(...part.items);
    cursor = part.meta.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

const counts: Record<string, number> = {};
const paths: Record<string, string> = {};
const blocks = new Set<string>();

async function visit(card: Card): Promise<void> {
  const page = found(await client.GET("/pages/{key}/", { params: { path: { key: card.id } } }));
  if (page.type !== card.type || page.title !== card.title || page.meta.translations.length === 0) {
    throw new Error(`${card.meta.html_path}: the detail is not of this card`);
  }
  counts[page.type] = (counts[page.type] ?? 0) + 1;
  paths[page.id] = page.meta.html_path;
  own(page);
  if ("body" in page) {
    for (const block of page.body) {
      blocks.add(block.type);
      read(block);
    }
  }
}

const all = await cards();
for (let start = 0; start < all.length; start += 8) {
  await Promise.all(all.slice(start, start + 8).map(visit));
}

// An answer that `fields` cuts: the same properties, none of them promised.
const rest: Schemas["PageDetailListPartial"] = found(
  await client.GET("/pages/", { params: { query: { type: ["home.StandardPage"], fields: "_,type,body(type)" } } }),
);
const kindsLeft = rest.items.flatMap((page) =>
  page.type === "home.StandardPage" ? (page.body?.map((block) => block.type ?? "") ?? []) : [],
);

// A path: fetch follows the redirect to the detail; what has moved says where to.
const path = all[0]?.meta.html_path;
const there = found(await client.GET("/pages/find/", { params: { query: { html_path: path } } }));
if (there.type === "redirect") {
  throw new Error(`${path} has moved to ${there.location}`);
}
const nowhere = await client.GET("/pages/find/", { params: { query: { html_path: "/fr/nowhere/at/all/" } } });
if (nowhere.error === undefined || !("nearest" in nowhere.error) || nowhere.error.nearest?.html_path !== "/fr/") {
  throw new Error("a path that leads nowhere names the nearest page");
}

// Facts.
const borders = found(await client.GET("/borders/", { params: { query: { locale: "de", limit: 100 } } }));
const map = borders.items.flatMap((border) => (border.geometry === null ? [] : [border.geometry.type]));
const figures = found(await client.GET("/key-figures/", { params: { query: { locale: "de", limit: 100 } } }));
const perKind = figures.items.filter((figure) => figure.qualifier?.code === "exact").map((figure) => figure.value * 2);
const site = found(await client.GET("/site/", { params: { query: { locale: "de" } } }));
const menus = found(await client.GET("/navigation/", { params: { query: { locale: "de" } } }));
const labels = menus.main.flatMap((entry) => [entry.label, ...entry.children.map((child) => child.page?.title ?? child.url)]);

console.log(
  JSON.stringify({
    counts,
    paths,
    blocks: [...blocks].sort(),
    left: kindsLeft.length,
    home: there.title,
    site: site.name,
    facts: [borders.meta.total_count, map.length, perKind.length, labels.length],
  }),
);
