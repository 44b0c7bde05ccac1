/**
 * Boundary ground truth from label maps, by one interface ({@link
 * io.inverseform.udf.edge.EdgeOperator}): Sobel and Laplacian per class or on class numbers, and
 * distance to another class. Also edges of colour pictures and signed distance maps.
 */
package io.inverseform.udf.edge;
