// On a page of nobody: what was kept of the driver who was signed in before is removed.
localStorage.removeItem("yizhan.last");
navigator.serviceWorker?.controller?.postMessage("forget");
