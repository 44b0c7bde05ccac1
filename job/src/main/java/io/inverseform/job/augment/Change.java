package io.inverseform.job.augment;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.torch.PictureOperators;

/**
 * One change of a picture's colours or sharpness.
 *
 * @param value as of the kind
 */
record Change(Kind kind, double value) {
  /** What a change does with its value. */
  enum Kind {
    /** Adds it to all channels. */
    BRIGHTNESS {
      @Override
      NDArray apply(NDArray picture, double value) {
        return PictureOperators.linear(picture, 1, value);
      }
    },
    /** Multiplies all channels by it. */
    CONTRAST {
      @Override
      NDArray apply(NDArray picture, double value) {
        return PictureOperators.linear(picture, value, 0);
      }
    },
    /** Multiplies the saturation in HSV. */
    SATURATION {
      @Override
      NDArray apply(NDArray picture, double value) {
        return PictureOperators.saturate(picture, value);
      }
    },
    /** Turns the hue in HSV; 1 is the whole circle. */
    HUE {
      @Override
      NDArray apply(NDArray picture, double value) {
        return PictureOperators.turnHue(picture, value);
      }
    },
    /** Mixes with the mean of the picture's greys. */
    TOWARDS_MEAN {
      @Override
      NDArray apply(NDArray picture, double value) {
        return PictureOperators.towardsMean(picture, value);
      }
    },
    /** Mixes each pixel with its grey. */
    TOWARDS_GREY {
      @Override
      NDArray apply(NDArray picture, double value) {
        return PictureOperators.towardsGrey(picture, value);
      }
    },
    /** Gaussian blur of that standard deviation. */
    BLUR {
      @Override
      NDArray apply(NDArray picture, double value) {
        return PictureOperators.blur(picture, value);
      }
    };

    abstract NDArray apply(NDArray picture, double value);
  }

  /**
   * The changed picture.
   *
   * @param picture (1, 3, H, W), 0 to 1
   */
  NDArray apply(NDArray picture) {
    return kind.apply(picture, value);
  }
}
