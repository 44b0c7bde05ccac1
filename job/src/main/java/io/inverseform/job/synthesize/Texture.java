package io.inverseform.job.synthesize;

/** Colour of a surface at each of its points. */
@FunctionalInterface
interface Texture {
  /** Puts red, green and blue into the array. */
  void colour(Spot spot, float[] rgb);

  /** One colour everywhere. */
  static Texture plain(Colour colour) {
    return (spot, rgb) -> colour.put(rgb);
  }

  /** One colour with smooth variation in brightness. */
  static Texture mottled(Colour colour, Noise noise, double size, double contrast) {
    return (spot, rgb) ->
        colour.put(rgb, 1 + contrast * (2 * noise.rough(spot.u / size, spot.v / size) - 1));
  }

  /** The same, brighter or darker. */
  default Texture lit(double factor) {
    float f = (float) factor;
    return (spot, rgb) -> {
      colour(spot, rgb);
      rgb[0] *= f;
      rgb[1] *= f;
      rgb[2] *= f;
    };
  }
}
