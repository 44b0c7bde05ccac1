/** What notebooks draw with: pictures of maps, galleries, charts and tables. */
package io.inverseform.notebooks;
