/** Label maps: their PNG form, their classes, and what is counted in them. */
package io.inverseform.udf.label;
