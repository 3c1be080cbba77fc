// Everything that axe-core finds, with the target sizes of WCAG 2.2; each with the first element.
async () => {
  const options = {
    preload: false,
    resultTypes: ["violations"],
    rules: { "target-size": { enabled: true } },
  };
  const { violations } = await axe.run(document, options);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} (${nodes[0].failureSummary})`);
}
