package io.inverseform.udf.sql;

import java.io.IOException;

/** An argument is an image that cannot be decoded. */
final class UndecodableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String argument;

  UndecodableException(String argument, IOException cause) {
    super("argument " + argument + " cannot be decoded: " + cause.getMessage(), cause);
    this.argument = argument;
  }

  String argument() {
    return argument;
  }
}
