// As much of Next, Nuxt, Astro and a site's own components as the recipes in docs/api.md use, with the types that they have there.
declare module "next" {
  export interface NextConfig {
    headers?: () => Promise<{ source: string; headers: { key: string; value: string }[] }[]>;
  }
}

declare namespace JSX {
  type Element = object | Promise<object>;
}

interface H3Event {
  readonly path: string;
}
declare function useRoute(): { query: Record<string, string | null | (string | null)[]> };
declare function useAsyncData<T>(key: string, load: () => Promise<T>): Promise<{ data: { value: T | undefined } }>;
declare function useRequestEvent(): H3Event | undefined;
declare function setResponseHeaders(event: H3Event, headers: Record<string, string>): void;

declare const Astro: { url: URL; response: { status: number; readonly headers: Headers } };
