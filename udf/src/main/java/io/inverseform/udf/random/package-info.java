/** Randomness that depends on named keys only, never on threads, workers or order of use. */
package io.inverseform.udf.random;
