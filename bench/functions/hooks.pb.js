// The same handlers in the JavaScript hooks of PocketBase.
routerAdd("POST", "/api/functions/hello", (e) => {
  const { name } = e.requestInfo().body
  return e.json(200, { output: { hello: name } })
})

routerAdd("POST", "/api/functions/ten-reads", (e) => {
  const { ids } = e.requestInfo().body
  const titles = ids.map((id) => e.app.findRecordById("posts", id).get("title"))
  return e.json(200, { output: { titles } })
})
