/** Scores of predicted label maps against true ones. */
package io.inverseform.udf.score;
