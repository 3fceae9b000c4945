// The room on gorilla/websocket as its own chat example has it: what waits for a reader goes out as one message, a line each.
package main

import (
	"log"
	"net/http"
	"os"
	"sync"

	"github.com/gorilla/websocket"
)

type reader struct {
	socket *websocket.Conn
	queue  chan []byte
}

var (
	lock     sync.RWMutex
	readers  = map[*reader]struct{}{}
	upgrader = websocket.Upgrader{
		CheckOrigin:     func(*http.Request) bool { return true },
		WriteBufferSize: 64 * 1024,
		WriteBufferPool: &sync.Pool{},
	}
)

func (r *reader) write() {
	for text := range r.queue {
		message, err := r.socket.NextWriter(websocket.TextMessage)
		if err != nil {
			r.socket.Close()
			continue
		}
		message.Write(text)
		for waiting := len(r.queue); waiting > 0; waiting-- {
			message.Write([]byte{'\n'})
			message.Write(<-r.queue)
		}
		if message.Close() != nil {
			r.socket.Close()
		}
	}
}

func say(text []byte) {
	lock.RLock()
	defer lock.RUnlock()
	for r := range readers {
		r.queue <- text
	}
}

func room(w http.ResponseWriter, request *http.Request) {
	socket, err := upgrader.Upgrade(w, request, nil)
	if err != nil {
		return
	}
	r := &reader{socket, make(chan []byte, 256)}
	lock.Lock()
	readers[r] = struct{}{}
	lock.Unlock()
	go r.write()
	for {
		_, text, err := socket.ReadMessage()
		if err != nil {
			break
		}
		say(text)
	}
	lock.Lock()
	delete(readers, r)
	lock.Unlock()
	close(r.queue)
	socket.Close()
}

func main() {
	http.HandleFunc("/", room)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
