import type { Dice } from "../../helpers/dice.ts"

/** A request that no server could mean well by: bytes for the wire, and what is wrong with them. */
export interface MalformedRequest {
  readonly fault: string
  readonly bytes: Buffer
}

const base = "/api/collections/notes"

/** Makes the next request; every one of them deserves a 4xx. */
export function malformedRequest(dice: Dice): MalformedRequest {
  const [fault, make] = dice.pick(faults)
  return { fault, bytes: make(dice) }
}

const faults: readonly [fault: string, make: (dice: Dice) => Buffer][] = [
  [
    "a path that is not served",
    (dice) => get(`/${dice.word()}/${dice.pick(["", "..", "%2e%2e", "//", "%00"])}${dice.word()}`),
  ],
  [
    "a percent sign without a code",
    (dice) => get(`${base}/${dice.word()}${dice.pick(["%", "%z", "%1", "%G0", "%%"])}`),
  ],
  ["a path that is no UTF-8", (dice) => get(`${base}/%${dice.pick(["ff", "C0%80", "ED%A0%80", "fe%ff", "E2%82"])}`)],
  [
    "a path with bytes that have no place there",
    (dice) => get(`${base}/${dice.pick(["\u0001", "\u007f", "é", "\u0000", "a b"])}`),
  ],
  ["a document that is not there", (dice) => get(`${base}/${encodeURIComponent(dice.bytes(8).toString("latin1"))}`)],
  [
    "a collection that is not there",
    (dice) =>
      get(
        `/api/collections/${dice.pick(["__proto__", "constructor", "toString", "_alyx_meta", "sqlite_master", "x'--", "Notes", "note s"].map(encodeURIComponent))}`,
      ),
  ],
  [
    "a query that is not encoded",
    (dice) => get(`${base}?${dice.word()}=%${dice.pick(["", "z", "ff", "c0%80", "E0%A4%A"])}`),
  ],
  ["a parameter that nobody knows", (dice) => get(`${base}?x${dice.word()}=${dice.word()}`)],
  [
    "a filter that is none",
    (dice) =>
      get(
        `${base}?filter=${dice.pick(["", ":", "title", "title:", "title:eq", "nope:eq:1", "title:is:1", "title:EQ:1", ":eq:1", "title%00:eq:1", "id;drop table notes:eq:1"].map(encodeURIComponent))}`,
      ),
  ],
  [
    "a page that is none",
    (dice) =>
      get(
        `${base}?${dice.pick(["limit", "offset", "page", "perPage"])}=${dice.pick(["-1", "1e3", "0x10", "NaN", "1.5", "99999999999999999999", " 1", "1;", "null"].map(encodeURIComponent))}`,
      ),
  ],
  [
    "a sort or an expansion of nothing",
    (dice) =>
      get(
        `${base}?${dice.pick(["sort", "expand", "fields"])}=${dice.pick(["nope", "-", "title,,", "--title", "title desc", "a.b.c.d.e", "*"].map(encodeURIComponent))}`,
      ),
  ],
  [
    "a cursor that was never given",
    (dice) => get(`${base}?cursor=${encodeURIComponent(dice.bytes(1 + dice.below(40)).toString("base64url"))}x`),
  ],
  ["a URL over the limit", (dice) => get(`${base}?filter=${"a".repeat(2_000 + dice.below(10_000))}`)],
  [
    "bytes for a body",
    (dice) => post(Buffer.concat([Buffer.from([0x80 + dice.below(128)]), dice.bytes(dice.below(200))])),
  ],
  ["half of a body in JSON", (dice) => post(fullJson.slice(0, 1 + dice.below(fullJson.length - 2)))],
  ["JSON with a wrong character", (dice) => post(withFault(dice))],
  [
    "JSON that is no object",
    (dice) => post(dice.pick(["null", "true", "0", "-1e999", '""', "[]", "[[]]", '["title"]', '[{"title":"a"}]'])),
  ],
  [
    "values of wrong types",
    (dice) =>
      post(
        JSON.stringify({
          title: dice.pick([1, true, null, [], {}, ["a"], "\u0000", "\ud800", "x".repeat(201)]),
          text: "a",
        }),
      ),
  ],
  ["fields that nobody knows", (dice) => post(JSON.stringify({ title: "a", [`x${dice.word()}`]: 1 }))],
  [
    "a prototype in the body",
    (dice) =>
      post(dice.pick(['{"__proto__":{}}', '{"title":"a","data":{"__proto__":{"a":1}}}', '{"\\u005f_proto__":1}'])),
  ],
  [
    "a body that is too deep",
    (dice) => post(`{"title":"a","data":${dice.pick(["[", '{"a":']).repeat(101 + dice.below(900))}`),
  ],
  [
    "a body over the limit",
    (dice) => post(JSON.stringify({ title: "a", text: "b".repeat(10_000 + dice.below(50_000)) })),
  ],
  ["an empty body", () => post("")],
  [
    "a body of another type",
    (dice) =>
      post(
        '{"title":"a"}',
        `content-type: ${dice.pick(["text/plain", "text/html", "application/xml", "multipart/form-data; boundary=x", "x", "/", "application/json; charset=utf-16"])}`,
      ),
  ],
  ["a compressed body", () => post('{"title":"a"}', "content-type: application/json\r\ncontent-encoding: gzip")],
  [
    "a batch that is none",
    (dice) =>
      post(
        dice.pick([
          "{}",
          '{"operations":1}',
          '{"operations":[1]}',
          '{"operations":[{"op":"drop"}]}',
          '{"operations":[{"op":"create"}]}',
          '{"operations":[{"op":"update","collection":"notes"}]}',
          '{"operations":[{"op":"create","collection":"nope","data":{}}]}',
        ]),
        undefined,
        "/api/batch",
      ),
  ],
  ["a change of nothing", (dice) => post('{"title":"a"}', undefined, `${base}/${dice.word()}`, "PATCH")],
  [
    "a method that is not allowed",
    (dice) => request(dice.pick(["PUT", "TRACE", "PROPFIND", "PATCH", "DELETE", "LOCK", "QUERY"]), base, ""),
  ],
  [
    "a method that does not exist",
    (dice) => request(dice.pick(["FOO", "get", "G ET", "", "GET\u0000", "GE\tT"]), base, ""),
  ],
  [
    "a wrong host",
    (dice) =>
      Buffer.from(
        `GET ${base} HTTP/1.1\r\nhost: ${dice.pick(["evil.example", "localhost.evil.example", "a b", "[::", "10.0.0.1", "localhost:x", "@", "%"])}\r\n\r\n`,
      ),
  ],
  [
    "no host, or two",
    (dice) => Buffer.from(`GET ${base} HTTP/1.1\r\n${dice.pick(["", "host: localhost\r\nHost: localhost\r\n"])}\r\n`),
  ],
  [
    "a header that is none",
    (dice) =>
      get(`${base}/1`, dice.pick([": x", "a b: c", "x\u0000y: 1", "x: \u0000", "x : 1", "nocolon", "é: 1", "x: a\rb"])),
  ],
  ["headers that are too large", (dice) => get(base, `x: ${"a".repeat(20_000 + dice.below(20_000))}`)],
  ["too many headers", (dice) => get(base, "x: 1\r\n".repeat(250 + dice.below(500)).trimEnd())],
  [
    "a length that is none",
    (dice) =>
      request(
        "POST",
        base,
        `content-length: ${dice.pick(["x", "-1", "1,2", "0x10", "1 2", "99999999999999999999999999"])}`,
      ),
  ],
  ["two ways to say the length", () => request("POST", base, "content-length: 5\r\ntransfer-encoding: chunked")],
  [
    "chunks that are none",
    (dice) =>
      request(
        "POST",
        base,
        `content-type: application/json\r\ntransfer-encoding: chunked`,
        dice.pick(["zz\r\n", "-1\r\n", "5\r\nabcdefgh", "fffffffffffffffffff\r\n", "\r\n\r\n"]),
      ),
  ],
  [
    "a version that is none",
    (dice) =>
      Buffer.from(
        `GET / ${dice.pick(["HTTP/9.9", "HTTP/1.", "http/1.1", "HTTPS/1.1", "HTTP/1.1x", "FTP/1.0"])}\r\nhost: localhost\r\n\r\n`,
      ),
  ],
  [
    "bytes of chance",
    (dice) => Buffer.concat([Buffer.from([14 + dice.below(18)]), dice.bytes(dice.below(300)), Buffer.from("\r\n\r\n")]),
  ],
  [
    "the admin API with a key that is none",
    (dice) =>
      request(
        dice.pick(["GET", "POST"]),
        `/api/admin/${dice.pick(["stats", "schema", "logs", "shutdown", dice.word()])}`,
        `authorization: ${dice.pick(["Bearer alyx_", "bearer  alyx_", "Basic ", ""])}${dice.word()}`,
      ),
  ],
]

const fullJson = '{"title":"a","text":"b c","data":{"e":[1,2.5e3,null,true],"f":"\\u00e9\\n"}}'

/** A character that no JSON begins with, in a place outside its strings. */
function withFault(dice: Dice): string {
  const place = dice.pick([0, 1, fullJson.length - 1, fullJson.indexOf(":"), fullJson.indexOf(",")])
  return `${fullJson.slice(0, place)}${dice.pick(["'", "@", "\\", "NaN", "undefined", ";", "/*x*/", "\u0001", "+1", "."])}${fullJson.slice(place)}`
}

function get(target: string, header = "accept: */*"): Buffer {
  return request("GET", target, header)
}

function post(
  body: string | Buffer,
  header = "content-type: application/json",
  target = base,
  method = "POST",
): Buffer {
  return request(method, target, `${header}\r\ncontent-length: ${Buffer.byteLength(body)}`, body)
}

function request(method: string, target: string, headers: string, body: string | Buffer = ""): Buffer {
  const head = `${method} ${target} HTTP/1.1\r\nhost: localhost\r\n${headers === "" ? "" : `${headers}\r\n`}\r\n`
  return Buffer.concat([Buffer.from(head), Buffer.from(body)])
}
