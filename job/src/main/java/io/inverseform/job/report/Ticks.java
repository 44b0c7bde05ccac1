package io.inverseform.job.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An axis: from values to places on it, with round numbers to label.
 *
 * @param min value at its start
 * @param max value at its end, above min
 * @param logarithmic only for positive values
 */
record Ticks(double min, double max, boolean logarithmic) {
  /** More of them and their labels touch on a phone. */
  private static final int MOST = 5;

  /** A label at a place from 0 to 1. */
  record Tick(double place, String label) {}

  /** An axis of round numbers around the values. */
  static Ticks around(double least, double greatest, boolean logarithmic) {
    if (logarithmic) {
      return new Ticks(
          Math.pow(10, Math.floor(Math.log10(least))),
          Math.pow(10, Math.ceil(Math.log10(greatest))),
          true);
    }
    double high = greatest > least ? greatest : least + (least == 0 ? 1 : Math.abs(least));
    double step = step(high - least);
    return new Ticks(Math.floor(least / step) * step, Math.ceil(high / step) * step, false);
  }

  /** An axis that ends where its values do. */
  static Ticks exactly(double min, double max) {
    return new Ticks(min, max > min ? max : min + 1, false);
  }

  private static double step(double span) {
    double raw = span / (MOST - 1);
    double decade = Math.pow(10, Math.floor(Math.log10(raw)));
    double ratio = raw / decade;
    return decade * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10);
  }

  /** Where a value lies, from 0 at the start to 1 at the end. */
  double place(double value) {
    return logarithmic
        ? (Math.log(value) - Math.log(min)) / (Math.log(max) - Math.log(min))
        : (value - min) / (max - min);
  }

  /** What to label. */
  List<Tick> ticks() {
    List<Tick> ticks = new ArrayList<>();
    if (logarithmic) {
      int decades = (int) Math.round(Math.log10(max / min));
      int every = 1 + (decades - 1) / MOST;
      for (int i = 0; i <= decades; i += every) {
        double value = min * Math.pow(10, i);
        ticks.add(new Tick(place(value), label(value)));
      }
      return ticks;
    }
    double step = step(max - min);
    for (long i = (long) Math.ceil(min / step - 1e-9); i * step <= max + step * 1e-9; i++) {
      ticks.add(new Tick(place(i * step), label(i * step)));
    }
    return ticks;
  }

  /** A number with at most four digits that count. */
  static String label(double value) {
    double size = Math.abs(value);
    if (size >= 1e6) {
      return plain(value / 1e6) + "M";
    }
    if (size >= 1e4) {
      return plain(value / 1e3) + "k";
    }
    return size > 0 && size < 1e-3
        ? String.format(Locale.ROOT, "%.0e", value).replace("e-0", "e-")
        : plain(value);
  }

  private static String plain(double value) {
    if (value == 0) {
      return "0";
    }
    int digits = 4 - (int) Math.ceil(Math.log10(Math.abs(value)) + 1e-9);
    return BigDecimal.valueOf(value)
        .setScale(Math.max(0, Math.min(6, digits)), RoundingMode.HALF_EVEN)
        .stripTrailingZeros()
        .toPlainString();
  }
}
