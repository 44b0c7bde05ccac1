/** The job that spark-submit runs: a package a concept, lower ones never import higher ones. */
package io.inverseform.job;
