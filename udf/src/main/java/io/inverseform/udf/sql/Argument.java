package io.inverseform.udf.sql;

import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.picture.PictureHeader;
import io.inverseform.udf.picture.RgbPicture;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * What a function takes at one position. Inputs differ from row to row; options are mostly the same
 * for all rows, and what is built from them is kept.
 *
 * @param meaning for the documentation
 * @param fallback the value of an option that is left out; null if there is none
 */
record Argument(
    String name,
    Role role,
    DataType type,
    String meaning,
    boolean required,
    Object fallback,
    Reader reader) {
  /** What an argument is to its function. */
  enum Role {
    /** A picture file, which may turn out to be none. */
    IMAGE,
    /** Any other input. */
    VALUE,
    /** Says how inputs are treated. */
    OPTION
  }

  /** Takes the value from a row; never called at a null. */
  interface Reader {
    /**
     * The value as functions see it.
     *
     * @throws IOException if it is an image that cannot be decoded
     */
    Object read(InternalRow row, int index) throws IOException;
  }

  private static final DataType INTEGERS = DataTypes.createArrayType(DataTypes.IntegerType, true);

  private static Argument image(String name, String meaning, Reader reader) {
    return new Argument(name, Role.IMAGE, DataTypes.BinaryType, meaning, true, null, reader);
  }

  /** Ids as PNG, edge maps included. */
  static Argument labels(String name) {
    return image(
        name,
        "label map, PNG whose grey samples or palette indices are ids",
        (row, i) -> LabelPng.decode(row.getBinary(i)));
  }

  /** An edge map as 1-bit grey PNG. */
  static Argument edges(String name) {
    return image(
        name, "edge map, 1-bit grey PNG", (row, i) -> LabelPng.decodeBits(row.getBinary(i)));
  }

  /** A colour picture. */
  static Argument picture(String name) {
    return image(name, "picture, JPEG or PNG", (row, i) -> picture(row.getBinary(i)));
  }

  private static RgbPicture picture(byte[] file) throws IOException {
    PictureHeader.check(file);
    return RgbPicture.decode(file);
  }

  /** Whole numbers. */
  static Argument integers(String name, String meaning) {
    return new Argument(
        name, Role.VALUE, INTEGERS, meaning, true, null, (row, i) -> SqlValues.ints(row, i));
  }

  /** What confusion_matrix gives. */
  static Argument matrix(String name) {
    return new Argument(
        name,
        Role.VALUE,
        SqlValues.MATRIX,
        "what confusion_matrix gives: pixels by true class and predicted class",
        true,
        null,
        (row, i) -> SqlValues.matrix(row, i));
  }

  /** A whole number that is needed. */
  static Argument integer(String name, String meaning) {
    return option(name, DataTypes.IntegerType, meaning, InternalRow::getInt);
  }

  /** A number that is needed. */
  static Argument real(String name, String meaning) {
    return option(name, DataTypes.DoubleType, meaning, InternalRow::getDouble);
  }

  /** Source ids and what they become. */
  static Argument mapping(String name, String meaning) {
    DataType type = DataTypes.createMapType(DataTypes.IntegerType, DataTypes.IntegerType, true);
    return option(name, type, meaning, SqlValues::mapping);
  }

  /** Colours 0xRRGGBB by id. */
  static Argument palette(String name, String meaning) {
    return option(name, INTEGERS, meaning, (row, i) -> intList(SqlValues.ints(row, i)));
  }

  private static List<Integer> intList(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  /** One of the constants of an enumeration, as text. */
  static <E extends Enum<E>> Argument choice(String name, Class<E> legal, String meaning) {
    String texts =
        Arrays.stream(legal.getEnumConstants())
            .map(constant -> "'" + text(constant) + "'")
            .collect(Collectors.joining(", "));
    return option(
        name,
        DataTypes.StringType,
        meaning + ", one of " + texts,
        (row, i) -> constant(name, legal, texts, row.getUTF8String(i).toString()));
  }

  private static <E extends Enum<E>> E constant(
      String name, Class<E> legal, String texts, String given) {
    for (E constant : legal.getEnumConstants()) {
      if (text(constant).equals(given.toLowerCase(Locale.ROOT))) {
        return constant;
      }
    }
    throw new IllegalArgumentException(name + " must be one of " + texts + ", is '" + given + "'");
  }

  private static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static Argument option(String name, DataType type, String meaning, Reader reader) {
    return new Argument(name, Role.OPTION, type, meaning, true, null, reader);
  }

  /** May be left out, and is that value then. */
  Argument or(Object value) {
    return new Argument(name, role, type, meaning, false, value, reader);
  }

  /** May be left out, and has no value then. */
  Argument optional() {
    return or(null);
  }

  /** The value of an argument that is left out, as SQL would give it; null if there is none. */
  Object sqlFallback() {
    return fallback instanceof Enum<?> constant ? text(constant) : fallback;
  }
}
