/** The schemas that every document has, whatever its collections are called. */
export const sharedSchemaNames = [
  "Error",
  "ErrorDetails",
  "FieldProblem",
  "QueryProblem",
  "BatchRequest",
  "BatchAnswer",
  "Root",
  "Status",
  "Health",
  "HealthStats",
] as const

/** The operations that every document has. */
export const operationIds = {
  batch: "runBatch",
  root: "getRoot",
  openapiJson: "getOpenApiJson",
  openapiYaml: "getOpenApiYaml",
  health: "getHealth",
  live: "getHealthLive",
  ready: "getHealthReady",
  stats: "getHealthStats",
  metrics: "getMetrics",
} as const
