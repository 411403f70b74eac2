// Runs in the browser, on the page at /docs. Everything comes from the server that serves the page.

const darkScreens = globalThis.matchMedia("(prefers-color-scheme: dark)")
const followScreen = () => document.documentElement.classList.toggle("dark-mode", darkScreens.matches)
followScreen()
darkScreens.addEventListener("change", followScreen)

globalThis.SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  tryItOutEnabled: true,
  // Otherwise the document's address is sent to a validator on the internet.
  validatorUrl: null,
})
