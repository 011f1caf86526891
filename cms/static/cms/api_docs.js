// Shows the OpenAPI document that the page names; a file of its own because our policy allows no inline script.
const box = document.getElementById("api-docs");
SwaggerUIBundle({
  domNode: box,
  url: box.dataset.schema,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "none",
  filter: true,
  tryItOutEnabled: true,
  validatorUrl: null, // its badge would ask another host
});
