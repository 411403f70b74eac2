declare const performance: { now(): number }

const clock = performance

export { clock as performance }

export default { performance: clock }
