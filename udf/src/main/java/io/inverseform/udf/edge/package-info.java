/**
 * Boundary ground truth from label maps, by one interface ({@link
 * io.inverseform.udf.edge.EdgeOperator}): Sobel and Laplacian per class or on class numbers, and
 * distance to another class. Also edges of colour pictures, signed distance maps, and how much
 * boundary classes share.
 */
package io.inverseform.udf.edge;
