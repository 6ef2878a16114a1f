// For `node --import`: sends what an old Context7 server asks https://context7.com/api to
// CONTEXT7_API_URL instead, which only versions from 2.1 on know.
const original = globalThis.fetch;
const service = "https://context7.com/api";

globalThis.fetch = (input, init) => {
  const url = String(input?.url ?? input);
  return original(url.startsWith(service) ? process.env.CONTEXT7_API_URL + url.slice(service.length) : input, init);
};
