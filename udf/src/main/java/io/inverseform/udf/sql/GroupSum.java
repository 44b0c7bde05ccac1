package io.inverseform.udf.sql;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;

/**
 * What the rows of a group, or some of them, have added up to. In Spark's serialised form it is a
 * plain byte array: Spark reads that form with its own class loader, which does not know jars that
 * came by {@code --jars}.
 */
final class GroupSum implements Serializable {
  private static final long serialVersionUID = 1;

  /** No row yet. */
  static final GroupSum EMPTY = new GroupSum(List.of(), null);

  private final transient List<Object> options;
  private final transient Serializable value;

  GroupSum(List<Object> options, Serializable value) {
    this.options = options;
    this.value = value;
  }

  /** From a sum, or from the bytes that became of it. */
  static GroupSum of(Serializable state) {
    return state instanceof byte[] bytes ? read(bytes) : (GroupSum) state;
  }

  boolean isEmpty() {
    return value == null;
  }

  List<Object> options() {
    return options;
  }

  Serializable value() {
    return value;
  }

  /** Options such as the number of classes hold for the whole group. */
  void requireSame(List<Object> others) {
    if (!options.equals(others)) {
      throw new IllegalArgumentException(
          "options must be the same in all rows of a group, are "
              + options
              + " in one and "
              + others
              + " in another");
    }
  }

  private Object writeReplace() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(options);
      out.writeObject(value);
    } catch (IOException e) {
      throw new IllegalStateException("the sum of a group cannot be written: " + e, e);
    }
    return bytes.toByteArray();
  }

  @SuppressWarnings("unchecked")
  private static GroupSum read(byte[] bytes) {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return new GroupSum((List<Object>) in.readObject(), (Serializable) in.readObject());
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException("the sum of a group cannot be read: " + e, e);
    }
  }
}
