// Press the button for the driver; programs that only fetch links run no scripts, so no link is lost.
document.getElementById("enter").requestSubmit();
