/** Immutable, typed configuration: YAML in, validated records out. Knows no other package. */
package io.inverseform.job.config;
