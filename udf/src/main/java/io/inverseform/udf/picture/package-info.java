/** Colour pictures: JPEG and PNG files, checked and decoded. */
package io.inverseform.udf.picture;
