// Shows the contract of this server; nothing is fetched from elsewhere.
const contract = document.getElementById("contract");
SwaggerUIBundle({
  url: contract.dataset.schema,
  domNode: contract,
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null,
});
