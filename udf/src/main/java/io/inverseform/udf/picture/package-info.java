/**
 * Colour pictures: JPEG and PNG files, checked and decoded; label maps in colours, and edges drawn
 * over pictures.
 */
package io.inverseform.udf.picture;
