'use strict'
// A second module. An edit here reloads the plugin just the same.

exports.percent = (part, whole) => `${Math.round((100 * part) / whole)} %`
