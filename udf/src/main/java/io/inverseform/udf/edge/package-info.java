/** Boundary ground truth from label maps. */
package io.inverseform.udf.edge;
