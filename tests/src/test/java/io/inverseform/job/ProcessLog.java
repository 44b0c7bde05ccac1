package io.inverseform.job;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a process writes, followed line by line and kept in a file. */
public final class ProcessLog {
  private final Path file;
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;

  /** Reads until the process closes the stream. */
  public ProcessLog(InputStream in, Path file) {
    this.file = file;
    reader = new Thread(() -> follow(in), "log " + file.getFileName());
    reader.setDaemon(true);
    reader.start();
  }

  private void follow(InputStream in) {
    try (BufferedReader read =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        PrintStream copy = new PrintStream(file.toFile(), StandardCharsets.UTF_8)) {
      for (String line = read.readLine(); line != null; line = read.readLine()) {
        copy.println(line);
        add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized void add(String line) {
    lines.add(line);
    notifyAll();
  }

  /**
   * Waits for a line in which a pattern is found, beginning with the first line of all.
   *
   * @throws AssertionError if there is none within the limit
   */
  public Matcher await(String pattern, Duration limit) throws InterruptedException {
    Pattern wanted = Pattern.compile(pattern);
    long deadline = System.nanoTime() + limit.toNanos();
    synchronized (this) {
      for (int i = 0; ; i++) {
        while (i == lines.size()) {
          long left = (deadline - System.nanoTime()) / 1_000_000;
          if (left <= 0) {
            throw new AssertionError("no '" + pattern + "' within " + limit + " in\n" + text());
          }
          wait(left);
        }
        Matcher matcher = wanted.matcher(lines.get(i));
        if (matcher.find()) {
          return matcher;
        }
      }
    }
  }

  /** Waits until the stream has ended. */
  public void awaitEnd(Duration limit) throws InterruptedException {
    reader.join(limit.toMillis());
  }

  /** All lines so far. */
  public synchronized String text() {
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }
}
