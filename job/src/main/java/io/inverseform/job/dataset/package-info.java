/**
 * Picture folders, the sample table made from them, its indexed local copy, and the order in which
 * training sees the samples. Knows no network and no Spark session.
 */
package io.inverseform.job.dataset;
